// Its types are not published with it, and those of version 5 say what is used of it here.
declare module "express-4" {
  export { default } from "express";
}
