import { createContext, type PropsWithChildren, use, useState } from "react";
import { createPortal } from "react-dom";

interface Slot {
  element: HTMLElement | null;
  setElement: (element: HTMLElement | null) => void;
}

const SlotContext = createContext<Slot>({ element: null, setElement: () => {} });

/** Lets pages put their own contents into the one bar at the top. */
export function PageBarProvider({ children }: PropsWithChildren) {
  const [element, setElement] = useState<HTMLElement | null>(null);
  return <SlotContext value={{ element, setElement }}>{children}</SlotContext>;
}

/** The place in the bar; the frame has exactly one. */
export function PageBarSlot({ className }: { className?: string | undefined }) {
  const { setElement } = use(SlotContext);
  return <div ref={setElement} className={className} />;
}

/** What a page shows in the bar. */
export function PageBar({ children }: PropsWithChildren) {
  const { element } = use(SlotContext);
  return element === null ? null : createPortal(children, element);
}
