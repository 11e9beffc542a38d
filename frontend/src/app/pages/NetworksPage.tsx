import { NetworkList } from "@/features/networks";

export function NetworksPage() {
  return <NetworkList />;
}
