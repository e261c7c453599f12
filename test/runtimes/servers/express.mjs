import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { createApp } from "./sluice.mjs";

express().use("/api", sluiceExpress(createApp())).listen(process.env.PORT);
