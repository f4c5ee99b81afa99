/** Whether a device's page views may be counted as its own. */
export const STATISTICS = 'statistics';
/** Whether a counted device may also be sorted into a segment. */
export const SEGMENTATION = 'analytics-segmentation';
/** The purposes that this system acts on. */
export const PURPOSES = [SEGMENTATION, STATISTICS] as const;
