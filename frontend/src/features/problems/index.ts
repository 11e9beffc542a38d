export { ProblemItem } from "./ProblemItem";
export { ProblemsButton } from "./ProblemsButton";
export { ProblemsPanel } from "./ProblemsPanel";
export { useApplyFix } from "./useApplyFix";
export { useProblems } from "./useProblems";
