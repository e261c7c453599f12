/** White text is legible on each colour, and each is visible on a light and on a dark background. */
const colours = ["#b5408a", "#2f6fd0", "#a35a00", "#1d7a53", "#7a52d6", "#c23b3b"];

export const colourOf = (clientId: number) => colours[clientId % colours.length] ?? "#2f6fd0";
