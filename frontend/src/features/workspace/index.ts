export { ExportDialog, type ExportDialogProps } from "./ExportDialog";
export { WorkspaceImportDialog, type WorkspaceImportDialogProps } from "./WorkspaceImportDialog";
