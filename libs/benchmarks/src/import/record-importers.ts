import { ndsJson } from './json/nds-json';
import { zcJson } from './json/zc-json';
import type { Importer } from './source';
import { nb101TfRecord } from './tfrecord/nb101-tfrecord';

/** Importers of published files that are records or JSON. */
export const RECORD_IMPORTERS: readonly Importer[] = [nb101TfRecord, ndsJson, zcJson];
