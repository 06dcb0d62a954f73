// The phone's camera and position.

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

export const canScan = async () =>
  "BarcodeDetector" in window
  && Boolean(navigator.mediaDevices?.getUserMedia)
  && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");

// Shows the camera in a <video> and calls `found(text)` with the first code; the answer stops the camera.
export async function scan(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let running = true;
  const stop = () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
  };
  video.srcObject = stream;
  await video.play();
  const look = async () => {
    if (!running) return;
    const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
    if (running && codes.length) {
      stop();
      navigator.vibrate?.(80);
      found(codes[0].rawValue);
    } else if (running) {
      setTimeout(look, 120);
    }
  };
  look();
  return stop;
}
