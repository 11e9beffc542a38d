import { expect, it } from "vitest";
import type { Verdict } from "@/document";
import type { PendingConnection } from "../canvasStore";
import { nodesWithin } from "./useConnecting";

const edge = { source: "a", target: "b", source_port: null, target_port: null };
const free: Verdict = { legal: true, fits: true, reason: null, replaces: null };
const taken: Verdict = { ...free, replaces: edge };
const wrong: Verdict = { ...free, fits: false };
const never: Verdict = { ...free, legal: false, fits: false };

function drawn(verdicts: { [node: string]: Verdict }): PendingConnection {
  const ports = Object.entries(verdicts).map(([node, verdict]) => [node, new Map([["x", verdict]])] as const);
  return { from: { node: "from", port: "y" }, kind: "source", verdicts: new Map(ports) };
}

it("offers those of the folded nodes that take the wire best", () => {
  const folded = ["one", "two", "three", "from"];
  expect(nodesWithin(drawn({ one: free, two: taken, three: wrong }), folded)).toEqual(["one"]);
  expect(nodesWithin(drawn({ one: taken, two: never, three: taken }), folded)).toEqual(["one", "three"]);
  expect(nodesWithin(drawn({ one: never, two: wrong, from: free }), folded)).toEqual(["two"]);
  expect(nodesWithin(drawn({ one: never, outside: free }), folded)).toEqual([]);
});
