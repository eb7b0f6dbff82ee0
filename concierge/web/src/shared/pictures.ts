/**
 * Small pictures, drawn on canvases: what is fetched with a token, or not sent yet, has no address of its own, and a page's
 * policy need not allow `blob:` images for it.
 */

/** Draws it to fill the canvas, and says whether the browser could read it. */
export async function draw(canvas: HTMLCanvasElement, source: Blob): Promise<boolean> {
  const picture = await createImageBitmap(source).catch(() => null);
  if (!picture) return false;
  const { clientWidth: width, clientHeight: height } = canvas;
  const dense = Math.min(2, devicePixelRatio || 1);
  canvas.width = (width || picture.width) * dense;
  canvas.height = (height || picture.height) * dense;
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const [across, down] = [picture.width * scale, picture.height * scale];
  canvas.getContext("2d")?.drawImage(picture, (canvas.width - across) / 2, (canvas.height - down) / 2, across, down);
  picture.close();
  return true;
}

/** Hands it to the browser to be saved. */
export function saveAs(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
