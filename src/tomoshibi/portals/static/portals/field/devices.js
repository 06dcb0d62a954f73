// The phone's camera and position.

import "../../jsqr/jsQR.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.8;

// A photo as a JPEG of at most 1600 pixels, standing as it was taken; what the camera wrote beside it is left out.
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}

// -> { latitude_e6, longitude_e6, accuracy_m }, or null where the phone does not tell.
export function position() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({
        latitude_e6: Math.round(coords.latitude * 1e6),
        longitude_e6: Math.round(coords.longitude * 1e6),
        accuracy_m: Math.min(Math.round(coords.accuracy), 10_000_000),
      }),
      () => resolve(null),
      { enableHighAccuracy: true, maximumAge: 60_000, timeout: 20_000 },
    );
  });
}

export const canScan = () => Boolean(navigator.mediaDevices?.getUserMedia);

const LOOKED_AT = 640; // of a camera's picture: more takes longer than the hand is still
const READ = 1400; // of a photo

// The phone's own reader where it has one; jsQR elsewhere (Safari, Firefox).
async function reader() {
  const hasOwn = "BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  if (!hasOwn) return async (video) => textIn(pixels(video, video.videoWidth, video.videoHeight, LOOKED_AT));
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null;
}

function pixels(picture, width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

const textIn = ({ data, width, height }) => self.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data || null;

// The text of the code in a photo, or null where none is seen.
export async function readPhoto(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const found = [READ, LOOKED_AT].reduce((text, most) => text ?? textIn(pixels(picture, picture.width, picture.height, most)), null);
  picture.close();
  return found;
}

// Shows the camera in a <video> and calls `found(text)` with the first code; the answer stops the camera.
export async function scan(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const read = await reader();
  let running = true;
  const stop = () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
  };
  video.srcObject = stream;
  await video.play();
  const look = async () => {
    if (!running) return;
    const text = video.readyState >= 2 ? await read(video) : null;
    if (running && text) {
      stop();
      navigator.vibrate?.(80);
      found(text);
    } else if (running) {
      setTimeout(look, 120);
    }
  };
  look();
  return stop;
}
