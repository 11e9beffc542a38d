import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { readNumberList, readNumberText, stepNumber } from "./numberText";
import { SchemaForm, type SchemaFormProps } from "./SchemaForm";
import { type JsonSchema, type NumberShape, readFields } from "./schema";

const size: JsonSchema = { type: "integer", minimum: 1, maximum: 100 };

const schema: JsonSchema = {
  type: "object",
  properties: {
    channels: { ...size, default: 32, description: "How many filters.", unit: "channels" },
    kernel: {
      anyOf: [size, { type: "array", prefixItems: [size, size], minItems: 2, maxItems: 2 }],
      default: 3,
      description: "The window.",
    },
    padding: { anyOf: [size, { type: "string", enum: ["valid", "same"] }], default: 1, description: "The border." },
    stride: { anyOf: [size, { type: "null" }], default: null, description: "The step." },
    bias: { type: "boolean", default: true, description: "An offset." },
    mode: { type: "string", enum: ["zeros", "reflect"], default: "zeros", description: "In the border." },
    shape: { type: "array", items: size, minItems: 1, maxItems: 3, default: [1, 28, 28], description: "One sample." },
    loss: {
      discriminator: { propertyName: "type" },
      oneOf: [{ $ref: "#/$defs/Plain" }, { $ref: "#/$defs/Huber" }],
      default: { type: "plain" },
      description: "What is made small.",
    },
  },
  $defs: {
    Plain: { type: "object", properties: { type: { const: "plain" } } },
    Huber: {
      type: "object",
      properties: { type: { const: "huber" }, delta: { type: "number", exclusiveMinimum: 0, default: 1 } },
    },
  },
};

describe("readFields", () => {
  const fields = new Map(readFields(schema).map((field) => [field.name, field]));

  test.each([
    ["channels", "number"],
    ["kernel", "tuple"],
    ["padding", "wordsOr"],
    ["stride", "number"],
    ["bias", "switch"],
    ["mode", "choice"],
    ["shape", "list"],
    ["loss", "variants"],
  ])("%s is read as %s", (name, kind) => {
    expect(fields.get(name)?.shape.kind).toBe(kind);
  });

  test("null beside a number makes the field nullable", () => {
    expect(fields.get("stride")?.isNullable).toBe(true);
    expect(fields.get("channels")?.isNullable).toBe(false);
  });

  test("what it cannot show is a json field, never left out", () => {
    const odd = readFields({ properties: { x: { type: "object" } } });
    expect(odd[0]?.shape.kind).toBe("json");
  });
});

const optional = (...shapes: JsonSchema[]): JsonSchema => ({ anyOf: [...shapes, { type: "null" }], default: null });

/** Settings that may be left out: null means something of its own, which the description says. */
const optionals: JsonSchema = {
  type: "object",
  properties: {
    image_size: {
      ...optional({ type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 }),
      description: "Height and width; empty: the commonest size, its longer side at most 128.",
    },
    has_header: { ...optional({ type: "boolean" }), description: "Whether names come first; empty: found out." },
    delimiter: { ...optional({ type: "string", enum: [",", "\t"] }), description: "Empty: found out." },
    color: { ...optional({ type: "string", enum: ["rgb", "grey"] }), description: "As it says." },
    weight: { ...optional({ type: "array", items: { type: "number" } }), description: "Empty: all count the same." },
    T_max: { ...optional({ type: "integer", minimum: 1 }), description: "Epochs. Empty: the whole run." },
    marks: {
      type: "array",
      items: { type: "string" },
      maxItems: 3,
      default: ["?"],
      description: "Empty ones always do.",
    },
    betas: {
      type: "array",
      prefixItems: [{ type: "number" }, { type: "number" }],
      default: [0.9, 0.999],
      description: "How slowly.",
    },
    limit: { anyOf: [{ type: "number" }, { type: "null" }], default: 5, description: "Empty: no limit." },
  },
};

describe("readFields of what may be left out", () => {
  const fields = new Map(readFields(optionals).map((field) => [field.name, field]));

  test("a list of a fixed length is a tuple, a list of words is one", () => {
    expect(fields.get("image_size")?.shape).toMatchObject({ kind: "tuple", count: 2, canBeOne: false });
    expect(fields.get("marks")?.shape).toEqual({ kind: "words", maxItems: 3 });
    expect(fields.get("weight")?.shape.kind).toBe("list");
  });

  test.each([
    ["image_size", "the commonest size, its longer side at most 128"],
    ["has_header", "found out"],
    ["T_max", "the whole run"],
    ["color", ""],
    ["marks", ""],
  ])("the description of %s says what empty means: %j", (name, words) => {
    expect(fields.get(name)?.emptyMeans).toBe(words);
  });
});

const whole: NumberShape = { kind: "number", isInteger: true, min: 1, max: 100, isMinOpen: false, isMaxOpen: false };
const real: NumberShape = { kind: "number", isInteger: false, min: 0, max: 1, isMinOpen: true, isMaxOpen: false };

test.each([
  ["16", { kind: "number", value: 16 }],
  [" 1e2 ", { kind: "number", value: 100 }],
  ["1.5", { kind: "wrong", reason: "notWhole" }],
  ["many", { kind: "wrong", reason: "notANumber" }],
  ["", { kind: "empty" }],
  ["=2*width", { kind: "expression", value: "=2*width" }],
  ["=", { kind: "wrong", reason: "notANumber" }],
])("readNumberText of %j", (text, expected) => {
  expect(readNumberText(text, whole, true)).toEqual(expected);
});

test("an expression is no number where none is allowed", () => {
  expect(readNumberText("=width", whole, false).kind).toBe("wrong");
});

test("stepping stays inside the bounds, and away from an open one", () => {
  expect(stepNumber(1, whole, -1)).toBe(1);
  expect(stepNumber(95, whole, 10)).toBe(100);
  expect(stepNumber(0.5, real, 1)).toBe(0.51);
  expect(stepNumber(0.1, real, -10)).toBe(0.1);
});

test.each([
  ["3x32x32", [3, 32, 32]],
  ["(3, 32, 32)", [3, 32, 32]],
  ["[1 28 28]", [1, 28, 28]],
  ["7", null],
  ["a,b", null],
])("readNumberList of %j", (text, expected) => {
  expect(readNumberList(text, true)).toEqual(expected);
});

test("numbers that are no whole ones are read where they may be", () => {
  expect(readNumberList("0.5, 2", false)).toEqual([0.5, 2]);
  expect(readNumberList("0.5, 2", true)).toBeNull();
});

function Form({ initial = {}, ...props }: Partial<SchemaFormProps> & { initial?: Record<string, unknown> }) {
  const [values, setValues] = useState(initial);
  return (
    <MantineProvider>
      <SchemaForm
        schema={schema}
        {...props}
        values={values}
        onChange={(name, value) => {
          props.onChange?.(name, value);
          setValues(({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }));
        }}
      />
    </MantineProvider>
  );
}

function write(label: string, text: string) {
  const input = screen.getByLabelText(label, { selector: "input" });
  fireEvent.focus(input);
  fireEvent.change(input, { target: { value: text } });
  return input;
}

describe("SchemaForm", () => {
  test("shows the default as a placeholder and the unit", () => {
    render(<Form />);
    expect(screen.getByLabelText("channels", { selector: "input" })).toHaveProperty("placeholder", "32");
    expect(screen.getByText("channels", { selector: "span" })).toBeTruthy();
  });

  test("changes while it is written and settles once when it is left", () => {
    const onChange = vi.fn();
    const onSettled = vi.fn();
    render(<Form onChange={onChange} onSettled={onSettled} />);
    const input = write("channels", "6");
    fireEvent.change(input, { target: { value: "64" } });
    fireEvent.blur(input);
    expect(onChange.mock.calls).toEqual([
      ["channels", 6],
      ["channels", 64],
    ]);
    expect(onSettled.mock.calls).toEqual([["channels"]]);
  });

  test("keeps the last number while what is written is none, and says so", () => {
    const onChange = vi.fn();
    render(<Form initial={{ channels: 8 }} onChange={onChange} />);
    const input = write("channels", "8.5");
    expect(onChange).not.toHaveBeenCalled();
    expect(screen.getByText(/whole number is needed/)).toBeTruthy();
    fireEvent.blur(input);
    expect(input).toHaveProperty("value", "8");
  });

  test("an emptied field goes back to its default, and so does the reset button", () => {
    const onChange = vi.fn();
    render(<Form initial={{ channels: 8, kernel: 5 }} onChange={onChange} />);
    fireEvent.blur(write("channels", ""));
    fireEvent.click(screen.getByRole("button", { name: "Back to the default of kernel: 3" }));
    expect(onChange.mock.calls).toEqual([
      ["channels", undefined],
      ["kernel", undefined],
    ]);
  });

  test("Escape brings back what was there before the writing began", () => {
    const onChange = vi.fn();
    render(<Form initial={{ channels: 8 }} onChange={onChange} />);
    fireEvent.keyDown(write("channels", "80"), { key: "Escape" });
    expect(onChange.mock.lastCall).toEqual(["channels", 8]);
  });

  test("arrow keys step from the default", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    const input = screen.getByLabelText("channels", { selector: "input" });
    fireEvent.keyDown(input, { key: "ArrowUp" });
    fireEvent.keyDown(input, { key: "ArrowUp", shiftKey: true });
    expect(onChange.mock.calls).toEqual([
      ["channels", 33],
      ["channels", 43],
    ]);
  });

  test("one number for all axes is split into one for each, and joined again", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    const toggle = screen.getByRole("button", { name: "A number for each axis of kernel" });
    fireEvent.click(toggle);
    expect(onChange.mock.lastCall).toEqual(["kernel", [3, 3]]);
    write("kernel, axis 2", "5");
    expect(onChange.mock.lastCall).toEqual(["kernel", [3, 5]]);
    fireEvent.click(toggle);
    expect(onChange.mock.lastCall).toEqual(["kernel", 3]);
  });

  test("a word takes the place of a number and gives it back", () => {
    const onChange = vi.fn();
    render(<Form initial={{ padding: 4 }} onChange={onChange} />);
    const kind = screen.getByRole("combobox", { name: "Kind of padding" });
    fireEvent.change(kind, { target: { value: "same" } });
    expect(onChange.mock.lastCall).toEqual(["padding", "same"]);
    fireEvent.change(kind, { target: { value: "" } });
    expect(onChange.mock.lastCall).toEqual(["padding", 4]);
  });

  test("an optional number is empty and may become so again", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    expect(screen.getByLabelText("stride", { selector: "input" })).toHaveProperty("placeholder", "none");
    write("stride", "2");
    fireEvent.blur(write("stride", ""));
    expect(onChange.mock.lastCall).toEqual(["stride", undefined]);
  });

  test("a list grows, shrinks, says why it cannot, and takes a pasted shape", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    const add = screen.getByRole("button", { name: "Add a number to shape" });
    expect(add.getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(add);
    expect(onChange).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Remove the last number of shape" }));
    expect(onChange.mock.lastCall).toEqual(["shape", [1, 28]]);
    const data = { getData: () => "3x32x32" };
    fireEvent.paste(screen.getByLabelText("shape, number 1"), { clipboardData: data });
    expect(onChange.mock.lastCall).toEqual(["shape", [3, 32, 32]]);
  });

  test("a switch and a choice say their value at once", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    fireEvent.click(screen.getByRole("switch", { name: "bias" }));
    fireEvent.change(screen.getByRole("combobox", { name: "mode" }), { target: { value: "reflect" } });
    expect(onChange.mock.calls).toEqual([
      ["bias", false],
      ["mode", "reflect"],
    ]);
  });

  test("a variant shows its own fields", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} />);
    fireEvent.change(screen.getByRole("combobox", { name: "loss" }), { target: { value: "huber" } });
    expect(onChange.mock.lastCall).toEqual(["loss", { type: "huber" }]);
    write("delta", "0.5");
    expect(onChange.mock.lastCall).toEqual(["loss", { type: "huber", delta: 0.5 }]);
  });

  test("an expression is written like a number where names are offered", () => {
    const onChange = vi.fn();
    render(<Form onChange={onChange} expressionNames={["width"]} />);
    write("channels", "=2*width");
    expect(onChange.mock.lastCall).toEqual(["channels", "=2*width"]);
  });

  test("a problem stands at its field and marks it as invalid", () => {
    const problems = new Map([["channels", [{ severity: "error" as const, message: "channels is 0." }]]]);
    const { container } = render(<Form problems={problems} />);
    const input = screen.getByLabelText("channels", { selector: "input" });
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(within(container).getByText("channels is 0.")).toBeTruthy();
    expect(input.getAttribute("aria-describedby")).toContain("problems");
  });
});

describe("SchemaForm of what may be left out", () => {
  function renderForm(initial: Record<string, unknown> = {}) {
    const onChange = vi.fn();
    render(<Form schema={optionals} initial={initial} onChange={onChange} />);
    return onChange;
  }
  const labels = (name: string) =>
    within(screen.getByRole("combobox", { name }))
      .getAllByRole("option")
      .map((option) => option.textContent);

  test("a tuple is stored once each box has its number, and emptied as a whole", () => {
    const onChange = renderForm();
    const height = write("image_size, number 1", "64");
    expect(onChange).not.toHaveBeenCalled();
    fireEvent.blur(height);
    expect(onChange.mock.lastCall).toEqual(["image_size", [64, 64]]);
    write("image_size, number 2", "48");
    expect(onChange.mock.lastCall).toEqual(["image_size", [64, 48]]);
    fireEvent.blur(write("image_size, number 1", ""));
    expect(onChange.mock.lastCall).toEqual(["image_size", undefined]);
  });

  test("a pair of numbers that is needed keeps what it has", () => {
    const onChange = renderForm();
    fireEvent.blur(write("betas, number 1", ""));
    expect(onChange).not.toHaveBeenCalled();
    write("betas, number 2", "0.99");
    expect(onChange.mock.lastCall).toEqual(["betas", [0.9, 0.99]]);
  });

  test("an optional switch has three values", () => {
    const onChange = renderForm();
    expect(labels("has_header")).toEqual(["found out", "yes", "no"]);
    const choice = screen.getByRole("combobox", { name: "has_header" });
    for (const value of ["true", "false", ""]) fireEvent.change(choice, { target: { value } });
    expect(onChange.mock.calls.map(([, value]) => value)).toEqual([true, false, undefined]);
  });

  test("an optional choice says what its empty value means, and can go back to it", () => {
    const onChange = renderForm({ delimiter: "," });
    expect(labels("delimiter")).toEqual(["found out", ",", "tab"]);
    expect(labels("color")[0]).toBe("none");
    fireEvent.change(screen.getByRole("combobox", { name: "delimiter" }), { target: { value: "" } });
    expect(onChange.mock.lastCall).toEqual(["delimiter", undefined]);
  });

  test("an empty list means null and is no fault", () => {
    const onChange = renderForm({ weight: null });
    expect(screen.getByText("all count the same", { selector: "span" })).toBeTruthy();
    expect(screen.queryByText(/needed/)).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Add a number to weight" }));
    expect(onChange.mock.lastCall).toEqual(["weight", [1]]);
    fireEvent.click(screen.getByRole("button", { name: "Remove the last number of weight" }));
    expect(onChange.mock.lastCall).toEqual(["weight", undefined]);
  });

  test("an optional number says what empty means; where its default is another one, emptied is null", () => {
    const onChange = renderForm({ T_max: null });
    expect(screen.getByLabelText("T_max", { selector: "input" })).toHaveProperty("placeholder", "the whole run");
    expect(screen.getByLabelText("limit", { selector: "input" })).toHaveProperty("placeholder", "5");
    write("limit", "7");
    fireEvent.blur(write("limit", ""));
    expect(onChange.mock.lastCall).toEqual(["limit", null]);
    expect(screen.getByLabelText("limit", { selector: "input" })).toHaveProperty("placeholder", "no limit");
  });

  test("words are added as tags; small and capital letters make two", () => {
    const onChange = renderForm();
    const input = screen.getByLabelText("marks", { selector: "input" });
    fireEvent.paste(input, { clipboardData: { getData: () => "na,NA" } });
    expect(onChange.mock.lastCall).toEqual(["marks", ["?", "na", "NA"]]);
  });
});
