import { Checkbox, NativeSelect, SegmentedControl } from '@mantine/core';
import { memo } from 'react';

import { usePrefs, useSetPrefs } from '../../store/context.tsx';
import { layerWords, scaleWords, timeWords } from '../../words/layers.ts';
import { layerIds, layerIdSchema, type LayerId } from './layer.ts';
import { speedScales, speedScaleSchema, speedTimeSchema } from './presets.ts';

const layers = layerIds.map((value) => ({ value, label: layerWords[value].name }));
const times = speedTimeSchema.options.map((value) => ({ value, label: timeWords[value] }));
const scales = speedScales.map((value) => ({ value, label: scaleWords[value] }));

/** What the heatmap's good cells are coloured by, and whether the forecast is hatched over them. */
export const LayerBar = memo(function LayerBar({ onLayer }: { onLayer: () => void }) {
  const prefs = usePrefs((all) => all);
  const set = useSetPrefs();
  const choose = (change: Parameters<typeof set>[0]): void => {
    set(change);
    onLayer();
  };
  return (
    <div className="heat-layers">
      <SegmentedControl<LayerId>
        size="xs"
        aria-label="Layer"
        data={layers}
        value={prefs.heatLayer}
        onChange={(value) => choose({ heatLayer: layerIdSchema.parse(value) })}
      />
      {prefs.heatLayer === 'speed' && (
        <>
          <NativeSelect
            size="xs"
            aria-label="Time that counts"
            data={times}
            value={prefs.heatTime}
            onChange={(event) => choose({ heatTime: speedTimeSchema.parse(event.currentTarget.value) })}
          />
          <NativeSelect
            size="xs"
            aria-label="Classes of read time"
            data={scales}
            value={prefs.heatScale}
            onChange={(event) => choose({ heatScale: speedScaleSchema.parse(event.currentTarget.value) })}
          />
        </>
      )}
      <span className="grow" />
      <Checkbox
        size="xs"
        label="Forecast"
        checked={prefs.heatForecast}
        onChange={(event) => choose({ heatForecast: event.currentTarget.checked })}
      />
    </div>
  );
});
