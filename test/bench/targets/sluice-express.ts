import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { sluiceTarget } from "./sluice-service.ts";

export const target = sluiceTarget((sluice) => express().use(sluiceExpress(sluice)));
