import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, memo, useEffect, useId, useMemo, useRef, useState } from "react";
import { CommandIcon, FamilyIcon, useCanvasStore, useEditor, useEditorWords } from "@/features/editor";
import { Ghost } from "./Ghost";
import { LIBRARY, type PaletteItem, searchPalette } from "./items";
import classes from "./Palette.module.css";
import { useAdd } from "./useAdd";
import { useDragOut } from "./useDragOut";
import { describe, useItems } from "./useItems";
import { useShownGroups } from "./useShownGroups";

/** Everything that can be put on the canvas: searched, dragged, or added with Enter or a double-click. */
export function Palette() {
  const t = useEditorWords();
  const isEmpty = useEditor((state) => state.catalogue.size === 0);
  const canvas = useCanvasStore();
  const search = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const all = useItems();
  const groups = useMemo(() => searchPalette(all, query), [all, query]);
  const items = useMemo(() => groups.flatMap((group) => group.items), [groups]);
  const shown = useShownGroups(groups, items.length);
  const current = items.find(({ type }) => type === active) ?? (query === "" ? undefined : items[0]);
  const add = useAdd();
  const dragOut = useDragOut();

  useEffect(() => {
    canvas.setState({
      focusPalette: () => {
        search.current?.focus();
        search.current?.select();
      },
    });
    return () => canvas.setState({ focusPalette: null });
  }, [canvas]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && items.length > 0) {
      event.preventDefault();
      const at = current ? items.indexOf(current) : -1;
      setActive(items[(at + step + items.length) % items.length]?.type ?? null);
    } else if (event.key === "Enter" && current) {
      event.preventDefault();
      add(current);
      search.current?.select();
    } else if (event.key === "Escape") {
      event.preventDefault();
      setQuery("");
      setActive(null);
      canvas.getState().view?.focus();
    }
  }

  const optionId = (item: PaletteItem) => `${listId}-${item.type.replace(/[^A-Za-z0-9_-]/g, "-")}`;
  return (
    <section className={classes.palette} aria-label={t("palette.label")} data-testid="palette">
      <div className={classes.searchRow}>
        <TextInput
          ref={search}
          className={classes.search}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(null);
          }}
          onKeyDown={onKeyDown}
          leftSection={<IconSearch size={16} aria-hidden />}
          placeholder={t("palette.search")}
          aria-label={t("palette.search")}
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={current ? optionId(current) : undefined}
          data-testid="palette-search"
        />
        <CommandIcon id="openLibrary" />
      </div>
      <div id={listId} role="listbox" aria-label={t("palette.label")} className={classes.list}>
        {shown.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options within a list box has no element of its own.
          <div key={group.family} role="group" aria-label={t(`family.${group.family}`)}>
            <div className={classes.family} aria-hidden>
              {t(`family.${group.family}`)}
            </div>
            {group.items.map((item) => (
              <Item
                key={item.type}
                id={optionId(item)}
                item={item}
                isActive={item === current}
                onActivate={setActive}
                onAdd={add}
                onDragOut={dragOut}
              />
            ))}
          </div>
        ))}
        {items.length === 0 && (
          <p className={classes.none}>{isEmpty ? t("palette.empty") : t("palette.none", { query })}</p>
        )}
      </div>
      <div className={classes.description} aria-live="polite">
        {current ? (
          <>
            <strong>{current.name}</strong>
            <p>{describe(current, t)}</p>
            <code>{current.shape}</code>
          </>
        ) : (
          <p>{t("palette.itemHelp")}</p>
        )}
      </div>
      <Ghost />
    </section>
  );
}

interface ItemProps {
  id: string;
  item: PaletteItem;
  isActive: boolean;
  onActivate: (type: string) => void;
  onAdd: (item: PaletteItem) => void;
  onDragOut: ReturnType<typeof useDragOut>;
}

/** A row that is not the active one is left alone while the pointer moves over others. */
const Item = memo(function Item({ id, item, isActive, onActivate, onAdd, onDragOut }: ItemProps) {
  const ref = useRef<HTMLDivElement>(null);
  // Once when it becomes so: a list that has been scrolled on must not jump back at whatever draws it anew.
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    <div
      id={id}
      ref={ref}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      title={item.summary}
      className={classes.item}
      data-testid={`${item.family === LIBRARY ? "library" : "palette"}-${item.name}`}
      data-type={item.type}
      onPointerMove={(event) => {
        // A list that changes under a resting pointer is no choice.
        if (event.movementX !== 0 || event.movementY !== 0) onActivate(item.type);
      }}
      onDoubleClick={() => onAdd(item)}
      onPointerDown={(event) => onDragOut(event, item)}
    >
      <FamilyIcon family={item.family === LIBRARY ? "block" : item.family} />
      <span>{item.name}</span>
    </div>
  );
});
