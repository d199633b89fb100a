import { reading, transacting } from '../procedure/scope.js';
import { adminProcedure, agentProcedure, router } from '../procedure/trpc.js';
import { getSlaCalendarInput, setSlaCalendarInput, slaCalendar } from './calendar-schemas.js';
import { getSlaCalendar } from './get-calendar.js';
import { listSlaBreaches } from './list-breaches.js';
import { listSlaTargets } from './list-targets.js';
import {
  listSlaBreachesInput,
  listSlaBreachesOutput,
  listSlaTargetsInput,
  listSlaTargetsOutput,
  setSlaTargetInput,
  slaTarget,
} from './schemas.js';
import { setSlaCalendar } from './set-calendar.js';
import { setSlaTarget } from './set-target.js';

const tags = ['Desk service levels'];

export const slaRouter = router({
  targets: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/sla/targets',
        operationId: 'listSlaTargets',
        summary: 'Get SLA Targets',
        description: 'In how many minutes tickets of each priority are to be answered and resolved.',
        tags,
        successDescription: 'The targets, the most urgent priority first',
      },
    })
    .input(listSlaTargetsInput)
    .output(listSlaTargetsOutput)
    .query(reading(listSlaTargets)),

  setTarget: adminProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/desk/sla/targets/{priority}',
        operationId: 'setSlaTarget',
        summary: 'Set SLA Target',
        description: 'Set the targets of a priority. They hold at once, for open tickets too.',
        tags,
        successDescription: 'The targets as they are now',
      },
      missing: 'No such priority',
      errors: ['NOT_FOUND'],
    })
    .input(setSlaTargetInput)
    .output(slaTarget)
    .mutation(transacting(setSlaTarget)),

  calendar: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/sla/calendar',
        operationId: 'getSlaCalendar',
        summary: 'Get SLA Calendar',
        description: 'By what time due times count: the hours of each week, and holidays.',
        tags,
        successDescription: 'The calendar',
      },
    })
    .input(getSlaCalendarInput)
    .output(slaCalendar)
    .query(reading(getSlaCalendar)),

  setCalendar: adminProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/desk/sla/calendar',
        operationId: 'setSlaCalendar',
        summary: 'Set SLA Calendar',
        description: 'Set by what time due times count. It holds at once, for open tickets too.',
        tags,
        successDescription: 'The calendar as it is now',
      },
    })
    .input(setSlaCalendarInput)
    .output(slaCalendar)
    .mutation(transacting(setSlaCalendar)),

  breaches: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/sla/breaches',
        operationId: 'listSlaBreaches',
        summary: 'Get SLA Breaches',
        description:
          'What has been due, or is soon, most overdue first, of all open tickets or of those that filters let through.',
        tags,
        successDescription: 'One page of the targets',
      },
      paged: true,
    })
    .input(listSlaBreachesInput)
    .output(listSlaBreachesOutput)
    .query(reading(listSlaBreaches)),
});
