import * as z from "zod";
export declare const isoDate: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
export declare const contract: {
    readonly scores: {
        readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
            matchId: z.ZodString;
            since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
        }, z.core.$strip>, {
            readonly goal: z.ZodObject<{
                at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
            }, z.core.$strip>;
        }, z.ZodObject<{
            home: z.ZodInt;
        }, z.core.$strip>, {
            readonly missing: {
                readonly data: z.ZodObject<{
                    matchId: z.ZodString;
                }, z.core.$strip>;
            };
        }, false>;
        readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>, z.ZodString, {
            readonly late: {};
        }>;
        readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
    };
    readonly feed: import("@sluice/contract").Subscription<undefined, {
        readonly post: z.ZodString;
    }, undefined, {}, false>;
};
export declare const s: import("@sluice/server").Implementer<{
    readonly scores: {
        readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
            matchId: z.ZodString;
            since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
        }, z.core.$strip>, {
            readonly goal: z.ZodObject<{
                at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
            }, z.core.$strip>;
        }, z.ZodObject<{
            home: z.ZodInt;
        }, z.core.$strip>, {
            readonly missing: {
                readonly data: z.ZodObject<{
                    matchId: z.ZodString;
                }, z.core.$strip>;
            };
        }, false>;
        readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>, z.ZodString, {
            readonly late: {};
        }>;
        readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
    };
    readonly feed: import("@sluice/contract").Subscription<undefined, {
        readonly post: z.ZodString;
    }, undefined, {}, false>;
}, {
    user: string | null;
}, {
    user: string | null;
}>;
export declare const requireUser: import("@sluice/server").Middleware<{
    user: string | null;
}, {
    user: string;
}, unknown, {}>;
export declare const watch: import("@sluice/server").Implementation<import("@sluice/contract").Subscription<z.ZodObject<{
    matchId: z.ZodString;
    since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
}, z.core.$strip>, {
    readonly goal: z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>;
}, z.ZodObject<{
    home: z.ZodInt;
}, z.core.$strip>, {
    readonly missing: {
        readonly data: z.ZodObject<{
            matchId: z.ZodString;
        }, z.core.$strip>;
    };
}, false>, {
    user: string | null;
}>;
export declare const feed: import("@sluice/server").Implementation<import("@sluice/contract").Subscription<undefined, {
    readonly post: z.ZodString;
}, undefined, {}, false>, {
    user: string | null;
}>;
export declare const report: import("@sluice/server").Implementation<import("@sluice/contract").Mutation<z.ZodObject<{
    at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
}, z.core.$strip>, z.ZodString, {
    readonly late: {};
}>, {
    user: string | null;
}>;
export declare const router: import("@sluice/server").Router<{
    readonly scores: {
        readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
            matchId: z.ZodString;
            since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
        }, z.core.$strip>, {
            readonly goal: z.ZodObject<{
                at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
            }, z.core.$strip>;
        }, z.ZodObject<{
            home: z.ZodInt;
        }, z.core.$strip>, {
            readonly missing: {
                readonly data: z.ZodObject<{
                    matchId: z.ZodString;
                }, z.core.$strip>;
            };
        }, false>;
        readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>, z.ZodString, {
            readonly late: {};
        }>;
        readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
    };
    readonly feed: import("@sluice/contract").Subscription<undefined, {
        readonly post: z.ZodString;
    }, undefined, {}, false>;
}, {
    user: string | null;
}>;
export declare const log: import("@sluice/server").Log;
export declare const sluice: import("@sluice/server").Sluice<{
    user: string | null;
}>;
export declare const publisher: import("@sluice/server").Publisher;
export declare const topic: import("@sluice/server").GetTopic;
export declare const goal: () => Promise<import("@sluice/server").Published>;
export declare const state: () => Promise<import("@sluice/server").StateAt<import("@sluice/contract").Subscription<z.ZodObject<{
    matchId: z.ZodString;
    since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
}, z.core.$strip>, {
    readonly goal: z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>;
}, z.ZodObject<{
    home: z.ZodInt;
}, z.core.$strip>, {
    readonly missing: {
        readonly data: z.ZodObject<{
            matchId: z.ZodString;
        }, z.core.$strip>;
    };
}, false>>>;
export declare const middleware: import("@sluice/server/express").SluiceExpressHandler;
export declare const listener: import("@sluice/server/node").SluiceNodeListener;
export declare const mount: () => void;
export declare const secure: () => import("http2").Http2SecureServer<typeof import("http").IncomingMessage, typeof import("http").ServerResponse, typeof import("http2").Http2ServerRequest, typeof import("http2").Http2ServerResponse>;
export declare const client: import("@sluice/client").Client<{
    readonly scores: {
        readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
            matchId: z.ZodString;
            since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
        }, z.core.$strip>, {
            readonly goal: z.ZodObject<{
                at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
            }, z.core.$strip>;
        }, z.ZodObject<{
            home: z.ZodInt;
        }, z.core.$strip>, {
            readonly missing: {
                readonly data: z.ZodObject<{
                    matchId: z.ZodString;
                }, z.core.$strip>;
            };
        }, false>;
        readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>, z.ZodString, {
            readonly late: {};
        }>;
        readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
    };
    readonly feed: import("@sluice/contract").Subscription<undefined, {
        readonly post: z.ZodString;
    }, undefined, {}, false>;
}>;
export declare const wire: import("@sluice/client").WireClient<{
    readonly scores: {
        readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
            matchId: z.ZodString;
            since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
        }, z.core.$strip>, {
            readonly goal: z.ZodObject<{
                at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
            }, z.core.$strip>;
        }, z.ZodObject<{
            home: z.ZodInt;
        }, z.core.$strip>, {
            readonly missing: {
                readonly data: z.ZodObject<{
                    matchId: z.ZodString;
                }, z.core.$strip>;
            };
        }, false>;
        readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>, z.ZodString, {
            readonly late: {};
        }>;
        readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
    };
    readonly feed: import("@sluice/contract").Subscription<undefined, {
        readonly post: z.ZodString;
    }, undefined, {}, false>;
}>;
export declare const scores: import("@sluice/client").ClientTree<{
    readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
        matchId: z.ZodString;
        since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
    }, z.core.$strip>, {
        readonly goal: z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>;
    }, z.ZodObject<{
        home: z.ZodInt;
    }, z.core.$strip>, {
        readonly missing: {
            readonly data: z.ZodObject<{
                matchId: z.ZodString;
            }, z.core.$strip>;
        };
    }, false>;
    readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>, z.ZodString, {
        readonly late: {};
    }>;
    readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
}>;
export declare const wireScores: import("@sluice/client").WireTree<{
    readonly watch: import("@sluice/contract").Subscription<z.ZodObject<{
        matchId: z.ZodString;
        since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
    }, z.core.$strip>, {
        readonly goal: z.ZodObject<{
            at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
        }, z.core.$strip>;
    }, z.ZodObject<{
        home: z.ZodInt;
    }, z.core.$strip>, {
        readonly missing: {
            readonly data: z.ZodObject<{
                matchId: z.ZodString;
            }, z.core.$strip>;
        };
    }, false>;
    readonly report: import("@sluice/contract").Mutation<z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>, z.ZodString, {
        readonly late: {};
    }>;
    readonly list: import("@sluice/contract").Query<undefined, z.ZodArray<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>, {}>;
}>;
export declare const score: import("@sluice/client").StoreOf<import("@sluice/contract").Subscription<z.ZodObject<{
    matchId: z.ZodString;
    since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
}, z.core.$strip>, {
    readonly goal: z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>;
}, z.ZodObject<{
    home: z.ZodInt;
}, z.core.$strip>, {
    readonly missing: {
        readonly data: z.ZodObject<{
            matchId: z.ZodString;
        }, z.core.$strip>;
    };
}, false>>;
export declare const wireScore: import("@sluice/client").StoreOf<import("@sluice/contract").Subscription<import("@sluice/client").WireSchema<{
    matchId: string;
    since?: string | undefined;
}>, {
    readonly goal: import("@sluice/client").WireSchema<{
        at: string;
    }>;
}, undefined, {
    readonly missing: {
        readonly data: import("@sluice/client").WireSchema<{
            matchId: string;
        }>;
    };
}, false>>;
export declare const events: AsyncIterable<{
    type: "goal";
    data: {
        at: Date;
    };
    id: string;
}>;
export declare const reported: Promise<string>;
export declare const useScore: (matchId: string) => import("@sluice/client/react").SubscriptionResult<{
    home: number;
}, {
    home: number;
}, import("@sluice/contract").ErrorOf<import("@sluice/contract").Subscription<z.ZodObject<{
    matchId: z.ZodString;
    since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
}, z.core.$strip>, {
    readonly goal: z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>;
}, z.ZodObject<{
    home: z.ZodInt;
}, z.core.$strip>, {
    readonly missing: {
        readonly data: z.ZodObject<{
            matchId: z.ZodString;
        }, z.core.$strip>;
    };
}, false>>>;
export declare const useFeed: () => import("@sluice/client/react").SubscriptionResult<readonly {
    type: "post";
    data: string;
    id: string;
}[], readonly {
    type: "post";
    data: string;
    id: string;
}[], import("@sluice/contract").SluiceError<"badRequest" | "unauthorized" | "forbidden" | "notFound" | "methodNotAllowed" | "conflict" | "payloadTooLarge" | "unsupportedMediaType" | "tooManyRequests" | "internal" | "unavailable" | "interrupted" | "gap" | "contractMismatch" | "network" | "timeout" | "aborted" | "protocol", undefined>>;
export declare const useCount: () => import("@sluice/client/react").SubscriptionResult<number, number, import("@sluice/contract").SluiceError<"badRequest" | "unauthorized" | "forbidden" | "notFound" | "methodNotAllowed" | "conflict" | "payloadTooLarge" | "unsupportedMediaType" | "tooManyRequests" | "internal" | "unavailable" | "interrupted" | "gap" | "contractMismatch" | "network" | "timeout" | "aborted" | "protocol", undefined>>;
export declare const scoreOptions: import("@sluice/client/query").TypedQueryOptions<{
    home: number;
}, import("@sluice/contract").ErrorOf<import("@sluice/contract").Subscription<z.ZodObject<{
    matchId: z.ZodString;
    since: z.ZodOptional<z.ZodCodec<z.ZodISODateTime, z.ZodDate>>;
}, z.core.$strip>, {
    readonly goal: z.ZodObject<{
        at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
    }, z.core.$strip>;
}, z.ZodObject<{
    home: z.ZodInt;
}, z.core.$strip>, {
    readonly missing: {
        readonly data: z.ZodObject<{
            matchId: z.ZodString;
        }, z.core.$strip>;
    };
}, false>>, never>;
export declare const listOptions: import("@sluice/client/query").TypedQueryOptions<Date[], import("@sluice/contract").SluiceError<"badRequest" | "unauthorized" | "forbidden" | "notFound" | "methodNotAllowed" | "conflict" | "payloadTooLarge" | "unsupportedMediaType" | "tooManyRequests" | "internal" | "unavailable" | "interrupted" | "gap" | "contractMismatch" | "network" | "timeout" | "aborted" | "protocol", undefined>, never>;
export declare const scoresKey: import("@sluice/client/query").SluiceKey;
export declare const listKey: import("@sluice/client/query").SluiceKey & import("@sluice/client/query").TypedKey<Date[], import("@sluice/contract").SluiceError<"badRequest" | "unauthorized" | "forbidden" | "notFound" | "methodNotAllowed" | "conflict" | "payloadTooLarge" | "unsupportedMediaType" | "tooManyRequests" | "internal" | "unavailable" | "interrupted" | "gap" | "contractMismatch" | "network" | "timeout" | "aborted" | "protocol", undefined>>;
export declare const wireKey: import("@sluice/client/query").SluiceKey;
export declare const reportOptions: import("@sluice/client/query").TypedMutationOptions<import("@sluice/contract").Mutation<z.ZodObject<{
    at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
}, z.core.$strip>, z.ZodString, {
    readonly late: {};
}>>;
export declare const useList: () => import("@tanstack/react-query").UseQueryResult<Date[], import("@sluice/contract").SluiceError<"badRequest" | "unauthorized" | "forbidden" | "notFound" | "methodNotAllowed" | "conflict" | "payloadTooLarge" | "unsupportedMediaType" | "tooManyRequests" | "internal" | "unavailable" | "interrupted" | "gap" | "contractMismatch" | "network" | "timeout" | "aborted" | "protocol", undefined>>;
export declare const useReport: () => import("@tanstack/react-query").UseMutationResult<string, import("@sluice/contract").ErrorOf<import("@sluice/contract").Mutation<z.ZodObject<{
    at: z.ZodCodec<z.ZodISODateTime, z.ZodDate>;
}, z.core.$strip>, z.ZodString, {
    readonly late: {};
}>>, {
    at: Date;
}, unknown>;
