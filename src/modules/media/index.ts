export { isPublicAddress } from './core/addresses.js';
export { MediaResponse, UploadMediaDto } from './media.dto.js';
export { MediaFiles, type MediaFilesDeps } from './media-files.js';
export { presentMedia, presentMediaPage } from './media.presenter.js';
export { MediaService, type IncomingFile, type MediaDeps } from './media.service.js';
export { RemoteFiles, type RemoteFilesDeps } from './remote/remote-files.js';
export { DiskMediaStore } from './store/disk-store.js';
export type { MediaKey, MediaStore } from './store/media-store.js';
export { S3MediaStore, type S3Settings } from './store/s3-store.js';
