import fc from "fast-check";
import { expect, test } from "vitest";
import { tokenize } from "./python";

const SOURCE = `class Network(nn.Module):
    """Two lines
    of words."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (1, 1))  # "not a string"
        return x * 1.5e-3
`;

test("tokens put together are the source again, whatever it is", () => {
  fc.assert(
    fc.property(
      fc.string(),
      (source) =>
        tokenize(source)
          .map(({ text }) => text)
          .join("") === source,
    ),
  );
  expect(
    tokenize(SOURCE)
      .map(({ text }) => text)
      .join(""),
  ).toBe(SOURCE);
});

test("keywords, names, strings, comments and numbers are told apart", () => {
  const found = tokenize(SOURCE).filter(({ kind }) => kind !== "plain");
  expect(found.map(({ kind, text }) => `${kind} ${text.slice(0, 12)}`)).toEqual([
    "keyword class",
    "name Network",
    'string """Two lines',
    "keyword def",
    "name forward",
    "keyword self",
    "number 1",
    "number 1",
    'comment # "not a str',
    "keyword return",
    "number 1.5e-3",
  ]);
});
