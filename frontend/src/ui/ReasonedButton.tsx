import { ActionIcon, type ActionIconProps, Button, type ButtonProps, Tooltip, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithoutRef, type MouseEvent, type ReactNode, useId } from "react";
import styles from "./ReasonedButton.module.css";

type NativeButton = Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps | "children" | "disabled">;

/**
 * Why a control does nothing now. A control with a reason is grey, keeps the keyboard's focus, and says the reason on hover,
 * on focus and to a screen reader; without one it works.
 */
interface Reasoned {
  reason?: string | null | undefined;
}

interface ReasonedButtonProps extends Omit<ButtonProps, "disabled">, NativeButton, Reasoned {
  children: ReactNode;
  /** Said on hover while the button works. */
  hint?: string;
}

const EVENTS = { hover: true, focus: true, touch: true };

function guard<T>(reason: string | null | undefined, onClick: ((event: MouseEvent<T>) => void) | undefined) {
  return (event: MouseEvent<T>) => {
    if (!reason) onClick?.(event);
    else event.preventDefault();
  };
}

export function ReasonedButton({ reason, hint, onClick, children, type = "button", ...rest }: ReasonedButtonProps) {
  const id = useId();
  const said = reason || hint;
  return (
    <>
      <Tooltip label={said} disabled={!said} events={EVENTS}>
        <Button
          {...rest}
          type={reason ? "button" : type}
          onClick={guard<HTMLButtonElement>(reason, onClick)}
          data-disabled={reason ? true : undefined}
          aria-disabled={reason ? true : undefined}
          aria-describedby={reason ? id : undefined}
        >
          {children}
        </Button>
      </Tooltip>
      {reason && <VisuallyHidden id={id}>{reason}</VisuallyHidden>}
    </>
  );
}

type NativeIcon = Omit<ComponentPropsWithoutRef<"button">, keyof ActionIconProps | "children" | "disabled">;

interface ReasonedIconProps extends Omit<ActionIconProps, "disabled">, NativeIcon, Reasoned {
  /** The name for a screen reader, and the tip while the button works. */
  label: string;
  /** Keys that do the same, shown in the tip. */
  keys?: string;
  children: ReactNode;
}

export function ReasonedIcon({ reason, label, keys, onClick, children, ...rest }: ReasonedIconProps) {
  const id = useId();
  const tip = reason || (keys === undefined ? label : `${label} (${keys})`);
  return (
    <>
      <Tooltip label={tip} events={EVENTS}>
        <ActionIcon
          variant="subtle"
          color="gray"
          {...rest}
          className={rest.className === undefined ? styles.icon : `${styles.icon} ${rest.className}`}
          type="button"
          aria-label={label}
          onClick={guard<HTMLButtonElement>(reason, onClick)}
          data-disabled={reason ? true : undefined}
          aria-disabled={reason ? true : undefined}
          aria-describedby={reason ? id : undefined}
        >
          {children}
        </ActionIcon>
      </Tooltip>
      {reason && <VisuallyHidden id={id}>{reason}</VisuallyHidden>}
    </>
  );
}
