/**
 * Failures of drives per year by raw value of a counter, with the 95 % interval, as Scrutiny prints them in
 * `webapp/backend/pkg/thresholds/ata_attribute_metadata.go` (AnalogJ/scrutiny, MIT), rounded to six digits. Scrutiny
 * took them from Backblaze's drives of 2014.
 */
export interface SourceBucket {
  /** Below the first value of the bucket, but for buckets of one value, where it is that value. */
  readonly low: number;
  /** Last value of the bucket. */
  readonly high: number;
  /** Failures per drive-year; may exceed 1. */
  readonly rate: number;
  readonly interval: readonly [number, number];
}

export type BucketAttribute = 5 | 187 | 196 | 197 | 198 | 199;

function bucket(low: number, high: number, rate: number, from: number, to: number): SourceBucket {
  return { low, high, rate, interval: [from, to] };
}

export const scrutinyBuckets: Readonly<Record<BucketAttribute, readonly SourceBucket[]>> = {
  5: [
    bucket(0, 0, 0.0251692, 0.0227686, 0.027754),
    bucket(1, 4, 0.0274326, 0.0100673, 0.0597092),
    bucket(4, 16, 0.0750198, 0.0399449, 0.128286),
    bucket(16, 70, 0.235893, 0.164308, 0.32807),
    bucket(70, 260, 0.361932, 0.260849, 0.489227),
    bucket(260, 1100, 0.567662, 0.45279, 0.702804),
    bucket(1100, 4500, 1.50283, 1.26818, 1.76831),
    bucket(4500, 17000, 2.066, 1.68098, 2.51281),
    bucket(17000, 70000, 1.77554, 1.27965, 2.40001),
  ],
  187: [
    bucket(0, 0, 0.0281308, 0.0244878, 0.0321629),
    bucket(1, 1, 0.338776, 0.223256, 0.492902),
    bucket(1, 3, 0.240648, 0.144886, 0.375802),
    bucket(3, 6, 0.501443, 0.306294, 0.774437),
    bucket(6, 11, 0.380071, 0.29895, 0.476422),
    bucket(11, 20, 0.534609, 0.405951, 0.691107),
    bucket(20, 35, 0.842806, 0.65046, 1.07423),
    bucket(35, 65, 1.44291, 1.14056, 1.80081),
    bucket(65, 120, 1.61909, 1.02637, 2.42944),
  ],
  196: [
    bucket(0, 0, 0.00738986, 0.00565265, 0.00949258),
    bucket(1, 1, 0.0265583, 0.00547697, 0.0776147),
    bucket(1, 2, 0.0247189, 0.00062583, 0.137725),
    bucket(2, 4, 0.0320091, 0.0008104, 0.178343),
    bucket(4, 7, 0.043078, 0.00109064, 0.240015),
    bucket(7, 11, 0.0338433, 0.000856838, 0.188563),
    bucket(11, 17, 0.169794, 0.0350156, 0.496209),
    bucket(17, 27, 0.0590424, 0.00149482, 0.328963),
    bucket(27, 45, 0.247011, 0.0509396, 0.721871),
  ],
  197: [
    bucket(0, 0, 0.0255408, 0.0231618, 0.0280978),
    bucket(1, 2, 0.341966, 0.227234, 0.494236),
    bucket(2, 6, 0.682377, 0.410836, 1.06562),
    bucket(6, 16, 0.61081, 0.473369, 0.775707),
    bucket(16, 40, 0.956488, 0.770104, 1.17436),
    bucket(40, 100, 1.652, 1.3284, 2.03059),
    bucket(100, 250, 2.51377, 1.97724, 3.15104),
    bucket(250, 650, 3.32034, 2.58837, 4.19505),
    bucket(650, 1600, 3.13305, 1.14977, 6.81932),
  ],
  198: [
    bucket(0, 0, 0.0286753, 0.0261594, 0.0313679),
    bucket(1, 2, 0.813576, 0.406134, 1.45571),
    bucket(2, 4, 1.11735, 0.577349, 1.95178),
    bucket(4, 6, 1.35587, 0.440247, 3.16415),
    bucket(6, 8, 0.732441, 0.151047, 2.1405),
    bucket(8, 10, 0.577721, 0.432753, 0.755674),
    bucket(10, 12, 1.74641, 0.475838, 4.47151),
    bucket(12, 14, 2.64493, 0.320313, 9.55439),
    bucket(14, 16, 0.796943, 0.551906, 1.11365),
  ],
  199: [
    bucket(0, 1, 0.0406838, 0.037534, 0.0440273),
    bucket(1, 2, 0.151348, 0.120372, 0.187863),
    bucket(2, 4, 0.168498, 0.129764, 0.215167),
    bucket(4, 8, 0.153851, 0.108874, 0.211173),
    bucket(8, 16, 0.148829, 0.0963142, 0.21972),
    bucket(16, 35, 0.208782, 0.140865, 0.29805),
    bucket(35, 70, 0.137429, 0.0686043, 0.245899),
    bucket(70, 130, 0.223366, 0.111503, 0.399663),
    bucket(130, 260, 0.182774, 0.0789089, 0.360138),
  ],
};
