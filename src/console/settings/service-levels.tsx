import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Priority } from '../ui/labels.js';
import { Failed, Loading } from '../ui/states.js';
import { tell } from '../ui/toasts.js';
import { w } from '../words/settings.js';
import { t } from '../words/words.js';
import { Actions, Field, useForm } from './form.js';
import styles from './settings.module.css';

type Target = SupportOutputs['desk']['sla']['targets'][number];
type Calendar = SupportOutputs['desk']['sla']['calendar'];
type Hours = Calendar['weeklyHours'][number];
type Day = Hours['day'];

const DAYS = Object.keys(w.sla.days) as Day[];
const UNITS = [1440, 60, 1] as const;
type Unit = (typeof UNITS)[number];

/** By when tickets are to be answered and solved, and what time counts. */
export function ServiceLevels() {
  const trpc = useTRPC();
  const targets = useQuery(trpc.desk.sla.targets.queryOptions());
  const calendar = useQuery(trpc.desk.sla.calendar.queryOptions());
  const error = targets.error ?? calendar.error;
  if (targets.data && calendar.data) {
    return (
      <>
        <section className={styles.form} aria-label={w.sla.targets}>
          <h2 className={styles.subtitle}>{w.sla.targets}</h2>
          <p className={styles.hint}>{w.sla.targetsHint}</p>
          <div className={styles.card}>
            {targets.data.map((target) => (
              <TargetForm key={target.priority} target={target} />
            ))}
          </div>
        </section>
        <CalendarForm calendar={calendar.data} />
      </>
    );
  }
  if (!error) return <Loading />;
  return (
    <Failed
      error={error}
      onRetry={() => {
        void targets.refetch();
        void calendar.refetch();
      }}
    />
  );
}

/** As large as gives whole numbers. */
function unitOf(minutes: number): Unit {
  return UNITS.find((unit) => minutes > 0 && minutes % unit === 0) ?? 60;
}

function TargetForm({ target }: { target: Target }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const set = useMutation(trpc.desk.sla.setTarget.mutationOptions());
  const { priority } = target;
  const of = (minutes: number) => ({ count: String(minutes / unitOf(minutes)), unit: unitOf(minutes) });
  const form = useForm(
    {
      firstResponseMinutes: of(target.firstResponseMinutes),
      resolutionMinutes: of(target.resolutionMinutes),
    },
    async ({ firstResponseMinutes, resolutionMinutes }) => {
      await set.mutateAsync({
        priority,
        firstResponseMinutes: minutesOf(firstResponseMinutes),
        resolutionMinutes: minutesOf(resolutionMinutes),
      });
      tell(`${t.priority[priority]}: ${w.saved}`);
      await queries.invalidateQueries({ queryKey: trpc.desk.sla.targets.queryKey() });
    },
  );
  const fields = [
    ['firstResponseMinutes', w.sla.firstResponse],
    ['resolutionMinutes', w.sla.resolution],
  ] as const;
  return (
    <form className={styles.row} onSubmit={form.onSubmit} noValidate aria-label={t.priority[priority]}>
      <div className={styles.lead}>
        <Priority priority={priority} />
      </div>
      {fields.map(([name, label]) => (
        <Field key={name} label={label} fault={form.faultOf(name)}>
          {(control) => (
            <span className={styles.pair}>
              <input
                {...control}
                type="number"
                min={0}
                step={1}
                className={styles.input}
                value={form.values[name].count}
                onChange={({ target: { value } }) => form.set({ [name]: { ...form.values[name], count: value } })}
              />
              <select
                className={styles.input}
                aria-label={w.sla.unitOf(label)}
                value={form.values[name].unit}
                onChange={({ target: { value } }) =>
                  form.set({ [name]: { ...form.values[name], unit: Number(value) as Unit } })
                }
              >
                {UNITS.map((unit) => (
                  <option key={unit} value={unit}>
                    {w.sla.units[unit]}
                  </option>
                ))}
              </select>
            </span>
          )}
        </Field>
      ))}
      <Button type="submit" disabled={form.isBusy} aria-label={w.sla.saveOf(t.priority[priority])}>
        {w.save}
      </Button>
      {form.failure && <p role="alert">{form.failure}</p>}
    </form>
  );
}

/** What is no number is nothing that the server takes: it says so at the field. */
function minutesOf({ count, unit }: { count: string; unit: Unit }): number {
  return count.trim() === '' ? Number.NaN : Number(count) * unit;
}

const OFFICE: Hours[] = DAYS.slice(0, 5).map((day) => ({ day, opens: '09:00', closes: '17:00' }));
const ALWAYS: Hours[] = DAYS.map((day) => ({ day, opens: '00:00', closes: '24:00' }));

function CalendarForm({ calendar }: { calendar: Calendar }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(trpc.desk.sla.setCalendar.mutationOptions());
  const form = useForm<Calendar>(calendar, async (values) => {
    const saved = await save.mutateAsync(values);
    queries.setQueryData(trpc.desk.sla.calendar.queryKey(), saved);
    tell(w.saved);
  });
  const { timeZone, weeklyHours, holidays } = form.values;
  const [zones] = useState(() => Intl.supportedValuesOf('timeZone'));
  const setHours = (index: number, change: Partial<Hours>) =>
    form.set({ weeklyHours: weeklyHours.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  const setHoliday = (index: number, change: Partial<Calendar['holidays'][number]>) =>
    form.set({ holidays: holidays.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  return (
    <section className={styles.form} aria-label={w.sla.calendar}>
      <h2 className={styles.subtitle}>{w.sla.calendar}</h2>
      <p className={styles.hint}>{w.sla.calendarHint}</p>
      <form className={`${styles.card} ${styles.padded}`} onSubmit={form.onSubmit} noValidate>
        <Field label={w.sla.timeZone} fault={form.faultOf('timeZone')}>
          {(control) => (
            <>
              <input
                {...control}
                list="time-zones"
                className={styles.input}
                autoComplete="off"
                spellCheck={false}
                value={timeZone}
                onChange={({ target }) => form.set({ timeZone: target.value })}
              />
              <datalist id="time-zones">
                {zones.map((zone) => (
                  <option key={zone} value={zone} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <div className={styles.toolbar}>
          <Button onClick={() => form.set({ weeklyHours: OFFICE })}>{w.sla.office}</Button>
          <Button onClick={() => form.set({ weeklyHours: ALWAYS })}>{w.sla.always}</Button>
        </div>
        {form.faultOf('weeklyHours') && (
          <p role="alert" className={styles.fault}>
            {form.faultOf('weeklyHours')}.
          </p>
        )}
        <div>
          {DAYS.map((day) => {
            const own = weeklyHours.flatMap((hours, index) => (hours.day === day ? [{ hours, index }] : []));
            return (
              <fieldset key={day} className={styles.day} aria-label={w.sla.days[day]}>
                <span className={styles.name}>{w.sla.days[day]}</span>
                <div className={styles.hours}>
                  {own.length === 0 && <span className={styles.hint}>{w.sla.closed}</span>}
                  {own.map(({ hours, index }) => (
                    <span key={index} className={styles.range}>
                      {(['opens', 'closes'] as const).map((end) => (
                        <Field
                          key={end}
                          label={w.sla[end](w.sla.days[day])}
                          isLabelHidden
                          fault={
                            form.faultOf(`weeklyHours.${index}.${end}`) ??
                            (end === 'opens' ? form.faultOf(`weeklyHours.${index}`) : undefined)
                          }
                        >
                          {(control) => (
                            <input
                              {...control}
                              className={styles.input}
                              inputMode="numeric"
                              placeholder="00:00"
                              maxLength={5}
                              value={hours[end]}
                              onChange={({ target }) => setHours(index, { [end]: target.value })}
                            />
                          )}
                        </Field>
                      ))}
                      <Button
                        look="quiet"
                        aria-label={w.sla.removeHours(w.sla.days[day], `${hours.opens}–${hours.closes}`)}
                        onClick={() => form.set({ weeklyHours: weeklyHours.filter((_, at) => at !== index) })}
                      >
                        ×
                      </Button>
                    </span>
                  ))}
                  <Button
                    look="quiet"
                    aria-label={w.sla.addHoursOf(w.sla.days[day])}
                    onClick={() => form.set({ weeklyHours: [...weeklyHours, { day, opens: '', closes: '' }] })}
                  >
                    + {w.sla.addHours}
                  </Button>
                </div>
              </fieldset>
            );
          })}
        </div>
        <h3>{w.sla.holidays}</h3>
        {form.faultOf('holidays') && <p role="alert">{form.faultOf('holidays')}.</p>}
        {holidays.map(({ date, name }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what is typed in one is its only name
          <div key={index} className={styles.holiday}>
            <Field label={w.sla.date} isLabelHidden fault={form.faultOf(`holidays.${index}.date`)}>
              {(control) => (
                <input
                  {...control}
                  type="date"
                  className={styles.input}
                  value={date}
                  onChange={({ target }) => setHoliday(index, { date: target.value })}
                />
              )}
            </Field>
            <Field label={w.sla.holidayName} isLabelHidden fault={form.faultOf(`holidays.${index}.name`)}>
              {(control) => (
                <input
                  {...control}
                  className={styles.input}
                  dir="auto"
                  placeholder={w.sla.holidayName}
                  maxLength={100}
                  value={name}
                  onChange={({ target }) => setHoliday(index, { name: target.value })}
                />
              )}
            </Field>
            <Button
              look="quiet"
              aria-label={w.sla.removeHoliday(name || date)}
              onClick={() => form.set({ holidays: holidays.filter((_, at) => at !== index) })}
            >
              ×
            </Button>
          </div>
        ))}
        <div>
          <Button onClick={() => form.set({ holidays: [...holidays, { date: '', name: '' }] })}>
            {w.sla.addHoliday}
          </Button>
        </div>
        <Actions form={form} label={w.sla.saveCalendar} />
      </form>
    </section>
  );
}
