export { ProblemItem } from "./ProblemItem";
export { ProblemList } from "./ProblemList";
export { ProblemsButton } from "./ProblemsButton";
export { useProblems } from "./useProblems";
