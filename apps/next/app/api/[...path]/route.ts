export { handler as GET, handler as HEAD, handler as POST } from "../../server";
