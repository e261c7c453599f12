import { configure } from "@testing-library/react";

// Far longer than anything takes, on a busy machine too: only what never comes is waited for so long.
configure({ asyncUtilTimeout: 15_000 });
