/** What a visitor is called who has not said otherwise. */
export const visitorName = () => `Visitor ${Math.ceil(Math.random() * 900) + 99}`;
