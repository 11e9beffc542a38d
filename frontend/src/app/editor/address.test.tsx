import { act, screen } from "@testing-library/react";
import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { expect, test } from "vitest";
import type { WireDocument } from "@/document";
import { renderEditor } from "@/test/renderEditor";
import { useAddress } from "./useAddress";

const node = (id: string, type: string) => ({ id, type, repeat: 1, muted: false });
const document: WireDocument = {
  format: 1,
  name: "One",
  network: { nodes: [node("stage", "block:Stage"), node("act", "ReLU")] },
  blocks: { Stage: { nodes: [node("conv", "Conv2d")] } },
};

let navigate: ReturnType<typeof useNavigate>;

function Address() {
  useAddress();
  const go = useNavigate();
  const { search } = useLocation();
  useEffect(() => {
    navigate = go;
  }, [go]);
  return <output>{decodeURIComponent(search)}</output>;
}

const address = () => screen.getByRole("status").textContent;

test("the address follows the level and the selection, and Back leaves a block", async () => {
  const store = renderEditor(<Address />, { document });
  act(() => store.getState().select({ nodes: ["act", "stage"] }));
  expect(address()).toBe("?node=act,stage");
  act(() => store.getState().openNode("stage"));
  expect(address()).toBe("?block=stage");
  act(() => store.getState().select({ nodes: ["conv"] }));
  expect(address()).toBe("?block=stage&node=conv");
  await act(async () => navigate(-1));
  expect(store.getState().level).toEqual([]);
  expect(store.getState().selection.nodes).toEqual(["act", "stage"]);
  expect(address()).toBe("?node=act,stage");
  await act(async () => navigate(1));
  expect(store.getState().level).toEqual(["stage"]);
  expect(store.getState().selection.nodes).toEqual(["conv"]);
});

test("an address that names what is not there opens the nearest place", async () => {
  const store = renderEditor(<Address />, { document });
  await act(async () => navigate("?block=stage.gone&node=nobody"));
  expect(store.getState().level).toEqual(["stage"]);
  expect(store.getState().selection.nodes).toEqual([]);
});
