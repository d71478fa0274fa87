import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "../../../../src/api/people.ts";
import { useApi } from "../../api/query.ts";
import { colorOf, slotsOf } from "../../charts/palette.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { Panel } from "../../components/panel.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { CreditChart } from "./credit-chart.tsx";
import classes from "./lab.module.css";
import { placesOf, stackOf } from "./shares.ts";

/** More layers than this no eye tells apart. */
const mostLayers = 12;

/** Who brought what, by what was measured. */
export function People() {
  const { t } = useTranslation("lab");
  const found = useApi("people");
  if (found.isPending) return <RowsSkeleton rows={6} />;
  if (found.isError) return <ErrorPanel error={found.error} retry={() => void found.refetch()} />;
  const { people } = found.data;
  if (people.length === 0) return <EmptyState title={t("people.none")}>{t("people.noneHelp")}</EmptyState>;
  return <Credited people={people} />;
}

function Credited({ people }: { readonly people: readonly Person[] }) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  const scheme = useComputedColorScheme("light");
  const { ref, width } = useElementSize();
  const picture = useRef<HTMLDivElement>(null);
  const stack = useMemo(() => stackOf(people, mostLayers, t("people.others")), [people, t]);
  const slots = useMemo(() => slotsOf(stack.bands.map(({ name }) => name)), [stack]);
  const color = (name: string) => colorOf(slots.get(name) ?? 0, scheme);
  const total = people.reduce((sum, { credit }) => sum + credit, 0);
  const table = () => ({
    head: [t("people.name"), t("people.landed"), t("people.decided"), t("people.credit")],
    rows: people.map(({ name, landed, decided, credit }) => [name, landed, decided, credit]),
  });
  return (
    <Panel title={t("people.title")} aside={<CopyMenu table={table} picture={picture} name="credit" />}>
      <p className={classes.note}>{t("people.note")}</p>
      {stack.landings.length === 0 ? (
        <p className={classes.note}>{t("people.noneLanded")}</p>
      ) : (
        <div ref={ref}>
          <div ref={picture}>
            {width > 0 ? <CreditChart stack={stack} width={Math.floor(width)} color={color} /> : null}
          </div>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section className={classes.scroll} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("people.place")}</th>
              <th scope="col">{t("people.name")}</th>
              <th scope="col" data-number>
                {t("people.landed")}
              </th>
              <th scope="col" data-number>
                {t("people.decided")}
              </th>
              <th scope="col" data-number>
                {t("people.credit")}
              </th>
              <th scope="col" data-number>
                {t("people.share")}
              </th>
            </tr>
          </thead>
          <tbody>
            {placesOf(people).map(({ person, place, tied }) => (
              <tr key={person.name}>
                <td>{place === null ? "–" : `${tied ? "=" : ""}${place}`}</td>
                <th scope="row">
                  <svg width={10} height={10} aria-hidden="true" className={classes.swatch}>
                    <rect
                      width={10}
                      height={10}
                      rx={2}
                      fill={slots.has(person.name) ? color(person.name) : "transparent"}
                    />
                  </svg>
                  {person.name}
                </th>
                <td data-number>{person.landed}</td>
                <td data-number>{person.decided}</td>
                <td data-number>
                  {person.landed === 0 ? "0" : format.signed(Number(person.credit.toFixed(person.credit < 10 ? 2 : 1)))}
                </td>
                <td data-number>
                  {total > 0 && person.landed > 0 ? format.probability(Math.max(0, person.credit / total)) : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={classes.note}>{t("people.zero")}</p>
    </Panel>
  );
}
