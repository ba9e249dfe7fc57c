using System.Net;
using System.Net.Http.Json;
using SkiaSharp;
using Tessera.Catalog.Contracts;
using Tessera.Testing.Services;

namespace Tessera.Catalog.Tests;

public sealed class PictureTests(CatalogProcess catalog) : IClassFixture<CatalogProcess>
{
    private static byte[] Draw(int width, int height, SKEncodedImageFormat format, SKColor? color = null)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(color ?? SKColors.SteelBlue);
        using var encoded = bitmap.Encode(format, 90);
        return encoded.ToArray();
    }

    private async Task<HttpResponseMessage> PutAsync(string sku, byte[] picture, int number = 1, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/products/{sku}/pictures/{number}");
        request.Headers.Authorization = new("Bearer", token ?? catalog.Operator);
        request.Content = new ByteArrayContent(picture);
        request.Content.Headers.ContentType = new("application/octet-stream");
        return await catalog.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<string> ShelveAsync()
    {
        var sku = $"PIC-{Guid.NewGuid():N}"[..20].ToUpperInvariant();
        using var put = await catalog.SendAsync(
            HttpMethod.Put, $"/products/{sku}", catalog.Operator, new PutProductRequest("Pictured", null, null, 250));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        return sku;
    }

    private Task<ProductView?> ReadAsync(string sku) => catalog.Client.GetFromJsonAsync<ProductView>(
        $"/products/{sku}", TestContext.Current.CancellationToken);

    private Task<HttpResponseMessage> GetAsync(string address) =>
        catalog.SendAsync(HttpMethod.Get, address, null, null);

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Makes_three_sizes_of_a_picture_once_and_gives_each_under_an_address_of_its_own(
        SKEncodedImageFormat format)
    {
        var sku = await ShelveAsync();
        using var put = await PutAsync(sku, Draw(1600, 800, format));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var picture = Assert.Single((await ReadAsync(sku))!.Pictures);
        Assert.Equal((1, 1600, 800), (picture.Number, picture.Width, picture.Height));
        Assert.Equal([(320, 160), (640, 320), (1280, 640)], picture.Sizes.Select(size => (size.Width, size.Height)));
        foreach (var size in picture.Sizes)
        {
            using var got = await GetAsync(size.Address);
            Assert.Equal(("image/webp", "nosniff"), (
                got.Content.Headers.ContentType?.MediaType, got.Headers.GetValues("X-Content-Type-Options").Single()));
            Assert.Equal("public, max-age=31536000, immutable", Says(got));
            using var bitmap = SKBitmap.Decode(await got.Content.ReadAsByteArrayAsync(
                TestContext.Current.CancellationToken));
            Assert.Equal((size.Width, size.Height), (bitmap.Width, bitmap.Height));
            using var again = await catalog.SendAsync(
                HttpMethod.Get, size.Address, null, null, ifNoneMatch: got.Headers.ETag!.ToString());
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }
    }

    [Theory]
    [InlineData(100, "100")]
    [InlineData(320, "320")]
    [InlineData(500, "320,500")]
    [InlineData(640, "320,640")]
    public async Task Enlarges_nothing(int width, string widths)
    {
        var sku = await ShelveAsync();
        using var put = await PutAsync(sku, Draw(width, 50, SKEncodedImageFormat.Png));
        Assert.Equal(widths, string.Join(',', (await ReadAsync(sku))!.Pictures[0].Sizes.Select(size => size.Width)));
    }

    [Fact]
    public async Task Gives_another_picture_another_address_and_says_of_the_old_one_what_is_there_now()
    {
        var sku = await ShelveAsync();
        using var first = await PutAsync(sku, Draw(400, 400, SKEncodedImageFormat.Png));
        using var same = await PutAsync(sku, Draw(400, 400, SKEncodedImageFormat.Png));
        var before = (await ReadAsync(sku))!;
        Assert.Equal(2, before.Version); // The same again changed nothing.
        using var other = await PutAsync(sku, Draw(400, 400, SKEncodedImageFormat.Png, SKColors.Tomato));
        var after = (await ReadAsync(sku))!;
        var (old, now) = (before.Pictures[0].Sizes[0].Address, after.Pictures[0].Sizes[0].Address);
        Assert.NotEqual(old, now);
        using var stale = await GetAsync(old);
        Assert.Equal((HttpStatusCode.OK, "no-cache"), (stale.StatusCode, Says(stale)));
    }

    [Fact]
    public async Task Lists_several_pictures_in_order_and_takes_one_away()
    {
        var sku = await ShelveAsync();
        using var second = await PutAsync(sku, Draw(400, 400, SKEncodedImageFormat.Png), number: 2);
        using var first = await PutAsync(sku, Draw(300, 300, SKEncodedImageFormat.Png), number: 1);
        var both = (await ReadAsync(sku))!.Pictures;
        Assert.Equal([1, 2], both.Select(picture => picture.Number));
        using var gone = await catalog.SendAsync(
            HttpMethod.Delete, $"/products/{sku}/pictures/1", catalog.Operator, null);
        using var again = await catalog.SendAsync(
            HttpMethod.Delete, $"/products/{sku}/pictures/1", catalog.Operator, null);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (gone.StatusCode, again.StatusCode));
        Assert.Equal(2, Assert.Single((await ReadAsync(sku))!.Pictures).Number);
        using var missing = await GetAsync(both[0].Sizes[0].Address);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        await Problem.ReadAsync(missing);
        var list = await catalog.Client.GetFromJsonAsync<ProductPage>(
            $"/products?search={sku}", TestContext.Current.CancellationToken);
        Assert.Single(list!.Items.Single().Pictures);
    }

    [Fact]
    public async Task Turns_a_photograph_as_the_camera_was_held()
    {
        // EXIF says: turn by a quarter.
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
            0, 0, 0, 0,
        ];
        var photograph = Draw(640, 320, SKEncodedImageFormat.Jpeg);
        var sku = await ShelveAsync();
        using var put = await PutAsync(sku, [.. photograph[..2], .. exif, .. photograph[2..]]);
        var picture = (await ReadAsync(sku))!.Pictures.Single();
        Assert.Equal((320, 640), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task Refuses_what_is_no_picture_or_only_looks_like_one()
    {
        var sku = await ShelveAsync();
        var whole = Draw(400, 400, SKEncodedImageFormat.Jpeg);
        foreach (var content in new[]
        {
            [], "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray(), "GIF89a"u8.ToArray(),
            whole[..(whole.Length / 2)], whole[..20],
        })
        {
            using var refused = await PutAsync(sku, content);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            await Problem.ReadAsync(refused);
        }
        Assert.Empty((await ReadAsync(sku))!.Pictures);
    }

    [Theory]
    [InlineData(8001, 1)]
    [InlineData(4100, 4000)]
    public async Task Refuses_a_picture_of_too_many_pixels_before_it_is_unpacked(int width, int height)
    {
        var sku = await ShelveAsync();
        var small = Draw(8, 8, SKEncodedImageFormat.Png);
        // The size stands at the beginning, with a checksum; the rest need not fit: nobody gets that far.
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(small.AsSpan(29), Crc(small.AsSpan(12, 17)));
        using var refused = await PutAsync(sku, small);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains($"{width} by {height} pixels", (await Problem.ReadAsync(refused)).Detail);
    }

    [Fact]
    public async Task Takes_two_mebibytes_and_not_one_byte_more()
    {
        var sku = await ShelveAsync();
        var picture = Draw(400, 400, SKEncodedImageFormat.Png);
        var full = picture.Concat(new byte[2 * 1024 * 1024 - picture.Length]).ToArray();
        using var taken = await PutAsync(sku, full);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        using var refused = await PutAsync(sku, [.. full, 0]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        await Problem.ReadAsync(refused);
    }

    [Fact]
    public async Task Keeps_the_product_and_its_place_in_the_search()
    {
        var sku = await ShelveAsync();
        using var put = await PutAsync(sku, Draw(400, 400, SKEncodedImageFormat.Png));
        using var change = await catalog.SendAsync(
            HttpMethod.Put, $"/products/{sku}", catalog.Operator, new PutProductRequest("Renamed", null, "art", 260));
        var product = (await ReadAsync(sku))!;
        Assert.Equal(("Renamed", 260, 1), (product.Name, product.PriceMinor, product.Pictures.Count));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Lets_only_operators_change_pictures(string method)
    {
        var path = $"/products/{await ShelveAsync()}/pictures/1";
        using var anonymous = await catalog.SendAsync(new HttpMethod(method), path, null, null);
        using var customer = await catalog.SendAsync(new HttpMethod(method), path, catalog.Customer, null);
        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (anonymous.StatusCode, customer.StatusCode));
    }

    [Fact]
    public async Task Knows_no_tenth_picture_and_none_of_what_is_not_sold()
    {
        using var tenth = await PutAsync(await ShelveAsync(), Draw(8, 8, SKEncodedImageFormat.Png), number: 10);
        using var unknown = await PutAsync("PIC-NONE", Draw(8, 8, SKEncodedImageFormat.Png));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (tenth.StatusCode, unknown.StatusCode));
    }

    private static string? Says(HttpResponseMessage answer) => string.Join(
        ", ", answer.Headers.GetValues("Cache-Control").SelectMany(value => value.Split(", ")).OrderBy(
            part => part switch { "public" => 0, "immutable" => 2, _ => 1 }));

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
