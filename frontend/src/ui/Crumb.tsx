import { Link } from "react-router";
import styles from "./Crumb.module.css";

interface CrumbProps {
  to: string;
  children: string;
  /** Whether a narrow screen has no room for it. */
  givesWay?: boolean;
}

/** The page above this one, before its title in the bar. */
export function Crumb({ to, children, givesWay = false }: CrumbProps) {
  return (
    <>
      <Link to={to} className={styles.crumb} data-gives-way={givesWay || undefined}>
        {children}
      </Link>
      <span aria-hidden>/</span>
    </>
  );
}
