using SkiaSharp;

namespace Tessera.Catalog;

/// <summary>Makes the sizes of a picture that the shop shows, once, when it is given. A few bytes can announce a
/// picture that would fill the memory, so its size is looked at before it is unpacked, and one is worked on at a time.
/// </summary>
internal sealed class ScalePicture : IDisposable
{
    public const int SideMax = 8_000;
    public const long PixelsMax = 16_000_000;

    private const int Quality = 80;
    private static readonly int[] widths = [320, 640, 1280];
    private static readonly SKEncodedImageFormat[] formats =
        [SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp];

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <returns>The sizes, or what is wrong with the picture.</returns>
    public async Task<(ScaledPictures? Pictures, string? Fault)> ScaleAsync(byte[] content, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            return Scale(content);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static (ScaledPictures? Pictures, string? Fault) Scale(byte[] content)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data);
        if (codec is null || !formats.Contains(codec.EncodedFormat))
            return (null, "The content is no PNG, JPEG or WebP picture.");
        var info = codec.Info;
        if (info.Width > SideMax || info.Height > SideMax || (long)info.Width * info.Height > PixelsMax)
        {
            return (null, $"The picture has {info.Width} by {info.Height} pixels; " +
                $"{SideMax} on a side and {PixelsMax} in all are allowed.");
        }
        using var read = new SKBitmap(
            new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(read.Info, read.GetPixels()) != SKCodecResult.Success)
            return (null, "The picture cannot be read to its end.");
        using var upright = Turn(read, codec.EncodedOrigin);
        var (width, height) = (upright.Width, upright.Height);
        return (new ScaledPictures(width, height, [.. WidthsOf(width).Select(one => Scale(upright, one))]), null);
    }

    /// <summary>The usual widths below the picture's own, and its own as far as that is usual: none is enlarged.
    /// </summary>
    private static IEnumerable<int> WidthsOf(int width)
    {
        var own = Math.Min(width, widths[^1]);
        return widths.Where(usual => usual < own).Append(own);
    }

    private static ScaledPicture Scale(SKBitmap whole, int width)
    {
        var height = Math.Max(1, (int)Math.Round((double)whole.Height * width / whole.Width));
        using var scaled = whole.Resize(
            new SKImageInfo(width, height, whole.ColorType, whole.AlphaType),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var encoded = scaled.Encode(SKEncodedImageFormat.Webp, Quality);
        return new ScaledPicture(width, height, encoded.ToArray());
    }

    /// <summary>A camera held upright says so beside the pixels.</summary>
    private static SKBitmap Turn(SKBitmap read, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default) return read.Copy();
        var (width, height) = ((float)read.Width, (float)read.Height);
        var isOnSide = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var turned = isOnSide
            ? new SKBitmap(read.Height, read.Width, read.ColorType, read.AlphaType)
            : new SKBitmap(read.Width, read.Height, read.ColorType, read.AlphaType);
        using var canvas = new SKCanvas(turned);
        canvas.SetMatrix(origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
            _ => SKMatrix.Identity,
        });
        canvas.DrawBitmap(read, 0, 0);
        return turned;
    }
}

/// <param name="Width">Of the picture as it was given.</param>
internal sealed record ScaledPictures(int Width, int Height, IReadOnlyList<ScaledPicture> Sizes);

internal sealed record ScaledPicture(int Width, int Height, byte[] Content);
