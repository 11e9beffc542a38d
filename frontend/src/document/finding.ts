/** Finding nodes by what stands on them. */
import { blockNameOf, type Document, NETWORK, type Node } from "./types";

export interface FoundNode {
  /** The block in which it stands. */
  block: string;
  node: Node;
  /** The settings that the words speak of, as `kernel_size=3`. */
  settings: string[];
}

const settingsOf = ({ params }: Node): string[] =>
  Object.entries(params).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);

/** The nodes in which every word of `query` occurs, in id, type or settings; those of `here` first, whole ids before all. */
export function findNodes(document: Document, query: string, here: string): FoundNode[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const names = [NETWORK, ...Object.keys(document.blocks)].sort((a, b) => Number(b === here) - Number(a === here));
  const found = names.flatMap((block) => {
    const { nodes } = block === NETWORK ? document.network : (document.blocks[block] ?? { nodes: [] });
    return nodes.flatMap((node): FoundNode[] => {
      const settings = settingsOf(node);
      const names = [node.id, blockNameOf(node.type) ?? node.type].map((name) => name.toLowerCase());
      const spoken = new Set<string>();
      for (const word of words) {
        const holding = settings.filter((setting) => setting.toLowerCase().includes(word));
        for (const setting of holding) spoken.add(setting);
        if (holding.length === 0 && !names.some((name) => name.includes(word))) return [];
      }
      return [{ block, node, settings: [...spoken] }];
    });
  });
  const asked = query.trim().toLowerCase();
  return found.sort((a, b) => Number(b.node.id.toLowerCase() === asked) - Number(a.node.id.toLowerCase() === asked));
}
