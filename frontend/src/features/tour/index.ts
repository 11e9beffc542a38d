export { TourOffer, TourStrip } from "./TourStrip";
export { type TourState, tour } from "./tourStore";
export { useTour } from "./useTour";
