import { authRoutes } from './auth.js';
import { automationRoutes } from './automation.js';
import { billingRoutes } from './billing.js';
import { commentRoutes } from './document/comment.js';
import { suggestionRoutes } from './document/suggestion.js';
import { historyRoutes } from './history.js';
import { plannerRoutes } from './planner.js';
import { publishRoutes } from './publish.js';
import { settingsRoutes } from './settings.js';
import { dashboardRoutes, systemRoutes } from './system.js';
import { thinkerRoutes } from './thinker.js';
import type { Request } from './transport.js';
import { writerRoutes } from './writer.js';

/** Every route, by API group. */
export function restRoutes(request: Request) {
  return {
    auth: authRoutes(request),
    planner: plannerRoutes(request),
    writer: writerRoutes(request),
    history: historyRoutes(request),
    comments: commentRoutes(request),
    suggestions: suggestionRoutes(request),
    publish: publishRoutes(request),
    settings: settingsRoutes(request),
    automation: automationRoutes(request),
    thinker: thinkerRoutes(request),
    billing: billingRoutes(request),
    system: systemRoutes(request),
    dashboard: dashboardRoutes(request),
  };
}

export type Rest = ReturnType<typeof restRoutes>;
