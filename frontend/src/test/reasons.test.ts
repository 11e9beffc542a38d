import ts from "typescript";
import { expect, test } from "vitest";
import { place, SOURCES, visit } from "./sourceWords";

/** A tip or a menu that stays shut is no control; a page to be read alone says so at its top. */
const NO_CONTROLS = new Set(["Tooltip", "Menu", "fieldset"]);
/** Dialogs whose field says in a sentence what is wrong with it, beside the button that waits for it. */
const SAID_BY_THE_FIELD = new Set(["features/editor/canvas/GroupDialog.tsx", "features/library/SaveDialog.tsx"]);

test("a control that does nothing now says why: it has a reason instead of a bare `disabled`", () => {
  const bare: string[] = [];
  for (const source of SOURCES) {
    if (SAID_BY_THE_FIELD.has(source.path)) continue;
    visit(source.tree, (node) => {
      if (!ts.isJsxAttribute(node) || node.name.getText() !== "disabled") return;
      const element = node.parent.parent;
      if (!NO_CONTROLS.has(element.tagName.getText())) bare.push(place(source, node));
    });
  }
  expect(bare).toEqual([]);
});
