export { ProblemItem } from "./ProblemItem";
export { ProblemsButton } from "./ProblemsButton";
export { ProblemsPanel } from "./ProblemsPanel";
export { useProblems } from "./useProblems";
