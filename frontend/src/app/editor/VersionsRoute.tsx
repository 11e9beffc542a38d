import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { VersionsPage } from "@/features/versions";
import { LineSkeletons } from "@/ui";
import { untilSaved } from "../saving/reading";

/** The versions of a network, asked for once what was drawn last is among them. */
export function VersionsRoute() {
  const { id = "" } = useParams();
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    let isHere = true;
    void untilSaved(id).then(() => isHere && setSettled(id));
    return () => {
      isHere = false;
    };
  }, [id]);
  return settled === id ? <VersionsPage /> : <LineSkeletons lines={8} />;
}
