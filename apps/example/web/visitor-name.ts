/** The default name of a visitor. */
export const visitorName = () => `Visitor ${Math.ceil(Math.random() * 900) + 99}`;
