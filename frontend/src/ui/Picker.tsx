import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { focusAtOnce } from "./focusAtOnce";
import styles from "./Picker.module.css";

/** One line of a picker. */
export interface PickerItem {
  id: string;
  name: string;
  icon?: ReactNode;
  /** Quiet words at the line's end. */
  detail?: ReactNode;
  /** Why it cannot be chosen now; it stays in the list. */
  reason?: string | null;
  /** The heading of the part of the list that begins with this line. */
  heading?: string | undefined;
}

interface PickerProps<T extends PickerItem> {
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  items: readonly T[];
  onPick: (item: T) => void;
  onClose: () => void;
  /** Said where nothing matches. */
  nothing: string;
  /** What is said of the line under the keyboard. */
  describe?: (item: T) => ReactNode;
  /** The line under the keyboard has changed by the arrow keys or the pointer. */
  onActive?: (item: T) => void;
  testId?: string;
}

/** A field and a list under it: typing narrows the list, arrows walk it, Enter takes the line, Escape closes. */
export function Picker<T extends PickerItem>(props: PickerProps<T>) {
  const { items, query, onPick, onClose, describe, nothing, testId } = props;
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const current = items.find(({ id }) => id === active) ?? items[0];

  function activate(item: T | undefined): void {
    if (!item || item.id === active) return;
    setActive(item.id);
    props.onActive?.(item);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && items.length > 0) {
      const at = current ? items.indexOf(current) : -1;
      activate(items[(at + step + items.length) % items.length]);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      if (current && !current.reason) onPick(current);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    } else return;
    event.preventDefault();
  }

  const optionId = (item: T) => `${listId}-${items.indexOf(item)}`;
  return (
    <div className={styles.picker} data-testid={testId}>
      <TextInput
        ref={focusAtOnce}
        data-autofocus
        value={query}
        onChange={(event) => {
          props.onQuery(event.currentTarget.value);
          setActive(null);
        }}
        onKeyDown={onKeyDown}
        leftSection={<IconSearch size={16} aria-hidden />}
        placeholder={props.placeholder}
        aria-label={props.label}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={current ? optionId(current) : undefined}
      />
      <div id={listId} role="listbox" aria-label={props.label} className={styles.list}>
        {items.map((item) => (
          <Line
            key={item.id}
            id={optionId(item)}
            item={item}
            isActive={item === current}
            onActivate={activate}
            onPick={onPick}
          />
        ))}
        {items.length === 0 && <p className={styles.nothing}>{nothing}</p>}
      </div>
      {describe && (
        <div className={styles.description} aria-live="polite">
          {current && describe(current)}
        </div>
      )}
    </div>
  );
}

interface LineProps<T extends PickerItem> {
  id: string;
  item: T;
  isActive: boolean;
  onActivate: (item: T) => void;
  onPick: (item: T) => void;
}

function Line<T extends PickerItem>({ id, item, isActive, onActivate, onPick }: LineProps<T>) {
  return (
    <>
      {item.heading !== undefined && (
        <div className={styles.heading} role="presentation">
          {item.heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the combobox above. */}
      <div
        id={id}
        ref={(element) => {
          if (isActive) element?.scrollIntoView({ block: "nearest" });
        }}
        role="option"
        tabIndex={-1}
        aria-selected={isActive}
        aria-disabled={item.reason ? true : undefined}
        title={item.reason ?? undefined}
        className={styles.line}
        data-testid={`pick-${item.id}`}
        onPointerMove={(event) => {
          // A list that changes under a resting pointer is no choice.
          if (event.movementX !== 0 || event.movementY !== 0) onActivate(item);
        }}
        onClick={() => {
          if (!item.reason) onPick(item);
        }}
      >
        {item.icon}
        <span className={styles.name}>{item.name}</span>
        {item.detail !== undefined && <span className={styles.detail}>{item.detail}</span>}
      </div>
    </>
  );
}
