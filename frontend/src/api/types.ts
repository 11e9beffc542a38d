/** Short names for the generated types. Everything else imports from here, never from `schema.ts`. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ArchitectureRead = Schemas["ArchitectureRead"];
export type ArchitectureSummary = Schemas["ArchitectureSummary"];
export type Block = Schemas["Block"];
export type CheckReport = Schemas["CheckReport"];
export type CheckpointRead = Schemas["CheckpointRead"];
export type Choice = Schemas["Choice"];
export type CodeRead = Schemas["CodeRead"];
export type Curve = Schemas["Curve"];
export type DatasetPreview = Schemas["DatasetPreview"];
export type DatasetRead = Schemas["DatasetRead"];
export type DeviceRead = Schemas["DeviceRead"];
export type Document = Schemas["Document"];
export type DocumentationRead = Schemas["DocumentationRead"];
export type Edge = Schemas["Edge"];
export type Edit = Fix["edits"][number];
export type EventList = Schemas["EventList"];
export type ExportOption = Schemas["ExportOption"];
export type ExportRead = Schemas["ExportRead"];
export type Fix = Schemas["Fix"];
export type ImportRead = Schemas["ImportRead"];
export type ImportReport = Schemas["ImportReport"];
export type LayerRead = Schemas["LayerRead"];
export type LibraryBlockRead = Schemas["LibraryBlockRead"];
export type LibraryBlockSummary = Schemas["LibraryBlockSummary"];
export type BlockBundle = Schemas["BlockBundle"];
export type MetricSeries = Schemas["MetricSeries"];
export type MetricsRead = Schemas["MetricsRead"];
export type NetworkRead = Schemas["NetworkRead"];
export type NetworkSummary = Schemas["NetworkSummary"];
export type Node = Schemas["Node"];
export type NodeReport = Schemas["NodeReport"];
export type OptionRead = Schemas["OptionRead"];
export type Outline = Schemas["Outline"];
export type PortRead = Schemas["PortRead"];
export type PreflightRead = Schemas["PreflightRead"];
export type Problem = Schemas["Problem"];
export type ProblemDocument = Schemas["ProblemDocument"];
export type QueuedRun = Schemas["QueuedRun"];
export type QueueRead = Schemas["QueueRead"];
export type RevisionRead = Schemas["RevisionRead"];
export type RunEvent = EventList["events"][number];
export type RunRead = Schemas["RunRead"];
export type RunState = Schemas["RunState"];
export type RunSummary = Schemas["RunSummary"];
export type TensorShape = Schemas["TensorShape"];
export type Totals = Schemas["Totals"];
export type TrainingConfig = Schemas["TrainingConfig"];
export type TrainingOptions = Schemas["TrainingOptions"];
export type TrainingSuggestion = Schemas["TrainingSuggestion"];
export type WeightsCompared = Schemas["WeightsCompared"];
export type WeightsRead = Schemas["WeightsRead"];

/** A metric's value: NaN and infinities travel as words. */
export type Scalar = NonNullable<NetworkSummary["best"]>[string];
