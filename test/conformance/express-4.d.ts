// The package has no types. The types of version 5 fit the parts used here.
declare module "express-4" {
  export { default } from "express";
}
