using System.Net;
using System.Text.RegularExpressions;

namespace Tessera.Users.Tests.Pages;

/// <summary>Someone with a browser that runs no script: keeps cookies, follows nothing by itself.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly HttpClient _client;

    public Visitor(UsersProcess users, string? network = null)
        : this(users.Client.BaseAddress!, new CookieContainer(), network)
    {
    }

    /// <param name="cookies">Those of a visitor elsewhere: cookies do not tell ports apart.</param>
    public Visitor(Uri address, CookieContainer cookies, string? network = null)
    {
        Cookies = cookies;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        {
            BaseAddress = address,
        };
        if (network is not null) _client.DefaultRequestHeaders.Add("X-Forwarded-For", network);
        _client.DefaultRequestHeaders.Accept.ParseAdd("text/html, */*;q=0.8");
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0");
    }

    public CookieContainer Cookies { get; }

    /// <summary>A header with each request from now on.</summary>
    public void AsksFor(string header, string value) =>
        _client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

    public async Task<Page> GetAsync(string address)
    {
        using var response = await _client.GetAsync(address, TestContext.Current.CancellationToken);
        return await Page.ReadAsync(response);
    }

    /// <summary>Opens the page and sends its form.</summary>
    public async Task<Page> FillAsync(string address, params (string Name, string Value)[] fields) =>
        await SendAsync(await GetAsync(address), fields);

    /// <summary>Sends the form of a page that was opened before.</summary>
    public async Task<Page> SendAsync(Page page, params (string Name, string Value)[] fields)
    {
        var (action, token) = page.Form();
        return await PostAsync(action, [.. fields, ("form-token", token)]);
    }

    public async Task<Page> PostAsync(string address, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(
            fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));
        using var response = await _client.PostAsync(address, content, TestContext.Current.CancellationToken);
        return await Page.ReadAsync(response);
    }

    public Task<Page> SignInAsync(string email, string password, string? back = null) => FillAsync(
        back is null ? "/account/sign-in" : "/account/sign-in?returnUrl=" + Uri.EscapeDataString(back),
        ("email", email), ("password", password));

    public void Dispose() => _client.Dispose();
}

internal sealed partial record Page(HttpStatusCode Status, string Html, string? Location, IReadOnlyList<string> Cookies)
{
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public static async Task<Page> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode, await response.Content.ReadAsStringAsync(),
        response.Headers.Location?.OriginalString,
        response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [])
    {
        Headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
    };

    public string Decoded => WebUtility.HtmlDecode(Html);

    /// <summary>Where the page's form goes, and its token.</summary>
    /// <param name="action">Part of the address, where a page has several.</param>
    public (string Action, string Token) Form(string action = "")
    {
        var form = FormTag().Matches(Html).FirstOrDefault(
            match => match.Groups[1].Value.Contains(action, StringComparison.Ordinal));
        Assert.True(form is not null, $"The page has no form that goes to {action}: {Html}");
        return (WebUtility.HtmlDecode(form.Groups[1].Value), WebUtility.HtmlDecode(form.Groups[2].Value));
    }

    /// <summary>What the page says is wrong: field and reason.</summary>
    public IReadOnlyList<(string Field, string Why)> Faults => [.. FaultTag().Matches(Html).Select(
        match => (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value)))];

    /// <summary>What stands in an input.</summary>
    public string? ValueOf(string field) =>
        Inputs().Matches(Html).Select(match => match.Value)
            .FirstOrDefault(input => input.Contains($"name=\"{field}\"", StringComparison.Ordinal)) is { } tag
        && ValueAttribute().Match(tag) is { Success: true } value
            ? WebUtility.HtmlDecode(value.Groups[1].Value)
            : null;

    [GeneratedRegex("""<form[^>]* action="([^"]*)"[^>]*>\s*<input type="hidden" name="form-token" value="([^"]*)""")]
    private static partial Regex FormTag();

    [GeneratedRegex("""<li>\s*<a href="#([^"]*)">([^<]*)</a>""")]
    private static partial Regex FaultTag();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("""\svalue="([^"]*)""")]
    private static partial Regex ValueAttribute();
}
