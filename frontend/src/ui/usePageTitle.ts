import { useEffect } from "react";

const PRODUCT = "Netwright";

/** The tab's title: what is open, then the product. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined || title === "" ? PRODUCT : `${title} - ${PRODUCT}`;
    return () => {
      document.title = PRODUCT;
    };
  }, [title]);
}
