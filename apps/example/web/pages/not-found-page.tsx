import { Heading } from "../components/heading.tsx";
import { Link } from "../router.tsx";

export const NotFoundPage = () => (
  <div className="not-found">
    <Heading>Nothing flows here</Heading>
    <p className="lede">
      There is no page at <code>{location.pathname}</code>.
    </p>
    <Link to="/" className="text-link">
      Go to the start
    </Link>
  </div>
);
