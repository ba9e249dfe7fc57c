using System.Net;
using System.Text;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class TextTests(SampleService service) : IClassFixture<SampleService>
{
    [Theory]
    [InlineData("\\u0000")]
    [InlineData("a\\u0007b")]
    [InlineData("\\u007f")]
    [InlineData("\\u0085")]
    [InlineData("\\ud800")]
    [InlineData("\\udc00\\ud800")]
    public async Task Refuses_in_a_body_what_is_no_text_and_names_the_member(string text)
    {
        var problem = await PostAsync("/things", $$"""{"quantity":1,"name":"{{text}}"}""");
        Assert.Contains("$.name", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\u00e9\\ud83d\\ude00")]
    [InlineData("a\\tb\\r\\nc")]
    public async Task Takes_in_a_body_what_is(string text)
    {
        using var response = await service.Http1.PostAsync(
            "/things", Json($$"""{"quantity":1,"name":"{{text}}"}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"na\u0000me":"a","quantity":1}""")]
    [InlineData("""{"\ud800":"a","quantity":1}""")]
    public async Task Refuses_a_name_that_is_none(string body) => await PostAsync("/things", body);

    [Theory]
    [InlineData("/names/a%01b", "name")]
    [InlineData("/names/a%C2%85", "name")]
    [InlineData("/names/a?search=%00", "search")]
    [InlineData("/names/a?search=b&search=%1F", "search")]
    [InlineData("/things?other=%00", "other")]
    [InlineData("/names/a?%00=b", "query")]
    public async Task Refuses_in_path_and_query_what_is_no_text_and_names_the_member(string path, string member)
    {
        using var response = await service.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([member], (await Problem.ReadAsync(response)).Errors!.Keys);
    }

    [Theory]
    [InlineData("name=%00", "'name'")]
    [InlineData("other=1&user+name=a%00b&name=2", "'user name'")]
    [InlineData("name=%07", "'name'")]
    [InlineData("name=a&name=%C2%80", "'name'")]
    [InlineData("na%00me=a", "form")]
    public async Task Refuses_in_a_form_what_is_no_text_and_names_the_member(string form, string named)
    {
        var problem = await PostAsync("/forms", form, "application/x-www-form-urlencoded");
        Assert.Contains(named, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0:b")]
    [InlineData("%00:b")]
    [InlineData("a:%07")]
    public async Task Refuses_in_a_clients_credentials_what_is_no_text(string credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/names/a");
        request.Headers.TryAddWithoutValidation(
            "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        using var response = await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["authorization"], (await Problem.ReadAsync(response)).Errors!.Keys);
    }

    [Fact]
    public async Task Refuses_a_form_of_too_many_members()
    {
        var problem = await PostAsync(
            "/forms", string.Join('&', Enumerable.Range(0, 1025).Select(number => $"m{number}=1")),
            "application/x-www-form-urlencoded");
        Assert.Contains("1024", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_form_that_stops_in_the_middle() =>
        await PostAsync(
            "/forms", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
            "multipart/form-data; boundary=b");

    [Theory]
    [InlineData("/things", "application/json; charset=bogus")]
    [InlineData("/things", "application/json; charset=utf-16")]
    [InlineData("/things", "application/json; charset=\"utf-7\"")]
    [InlineData("/forms", "application/x-www-form-urlencoded; charset=utf-7")]
    [InlineData("/forms", "application/x-www-form-urlencoded; charset=bogus")]
    public async Task Reads_utf8_alone(string path, string mediaType)
    {
        var problem = await PostAsync(path, "{}", mediaType, HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("charset", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    public async Task Reads_utf8_however_it_is_called(string mediaType)
    {
        using var content = Json("""{"name":"pot","quantity":1}""");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using var response = await service.Http1.PostAsync("/things", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Knows_a_product_by_one_code_only()
    {
        using var read = await service.GetAsync("/codes/tea-100");
        Assert.Equal("TEA-100", await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var written = await service.Http1.PostAsync(
            "/codes", Json("""{"sku":"tea-100ı"}"""), TestContext.Current.CancellationToken);
        Assert.Equal("TEA-100ı", await written.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reads_every_text_in_its_composed_form()
    {
        const string sent = "cafe\u0301";
        const string read = "caf\u00E9";
        using var named = await service.GetAsync(
            $"/names/{Uri.EscapeDataString(sent)}?search={Uri.EscapeDataString(sent)}");
        Assert.Equal(read + read, await named.Content.ReadFromJsonAsync<string>(TestContext.Current.CancellationToken));
        using var posted = await service.Http1.PostAsync(
            "/things", Json($$"""{"name":"{{sent}}","quantity":1}"""), TestContext.Current.CancellationToken);
        Assert.Equal(
            read, (await posted.Content.ReadFromJsonAsync<Thing>(TestContext.Current.CancellationToken))!.Name);
        using var form = new FormUrlEncodedContent([new("name", sent), new("name", "b")]);
        using var filled = await service.Http1.PostAsync("/forms/name", form, TestContext.Current.CancellationToken);
        Assert.Equal(read + ",b", await filled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<Problem> PostAsync(
        string path, string body, string mediaType = "application/json",
        HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using var response = await service.Http1.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
        return await Problem.ReadAsync(response);
    }
}
