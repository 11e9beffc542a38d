import { Switch, Tooltip, VisuallyHidden } from "@mantine/core";
import { useId } from "react";

interface ReasonedSwitchProps {
  label: string;
  /** That a label beside it names, and the id of what else is said of it there. */
  id?: string;
  describedBy?: string | undefined;
  checked: boolean;
  /** Why it cannot be moved now; it keeps the keyboard's focus, so that the reason can be read. */
  reason?: string | null;
  /** Said on hover while it works. */
  hint?: string;
  onChange: (checked: boolean) => void;
}

export function ReasonedSwitch({
  label,
  id: ownId,
  describedBy,
  checked,
  reason,
  hint,
  onChange,
}: ReasonedSwitchProps) {
  const id = useId();
  const said = reason ?? hint;
  return (
    <>
      <Tooltip label={said} disabled={!said} events={{ hover: true, focus: true, touch: true }} refProp="rootRef">
        <Switch
          {...(ownId === undefined ? {} : { id: ownId })}
          size="sm"
          aria-label={label}
          aria-disabled={reason ? true : undefined}
          aria-describedby={[describedBy, said ? id : undefined].filter(Boolean).join(" ") || undefined}
          checked={checked}
          opacity={reason ? 0.5 : 1}
          onChange={(event) => {
            if (!reason) onChange(event.currentTarget.checked);
          }}
        />
      </Tooltip>
      {said && <VisuallyHidden id={id}>{said}</VisuallyHidden>}
    </>
  );
}
