// The colours of the classes, and that of a mark, the same in every picture and in both themes.

// Petroff (2021), "Accessible color sequences for data visualization": ten colours that stay apart for colour-blind people.
export const COLOURS = [
  "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#92dadd", "#717581",
]

/** Of what is marked: seen on black digits and on a white map alike. map.css has it too. */
export const MARK = "#e0115f"
