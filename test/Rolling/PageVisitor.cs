using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Tessera.EndToEnd;
using Tessera.Users.Contracts;

namespace Tessera.Rolling;

/// <summary>Somebody who is signed in at the storefront and looks at one page after the other.</summary>
internal sealed partial class PageVisitor : IDisposable
{
    private const string Password = "correct horse battery";
    private readonly HttpClient _http;
    private readonly IReadOnlyList<(string Path, string Shows)> _pages;
    private int _next;

    private PageVisitor(HttpClient http, Guid order, IReadOnlyList<(string Path, string Shows)> pages) =>
        (_http, Order, _pages) = (http, order, pages);

    /// <summary>The one that the visitor has placed.</summary>
    public Guid Order { get; }

    public static async Task<PageVisitor> OpenAsync(Shop shop, string sku)
    {
        var email = $"visitor-{Guid.NewGuid():N}@example.com";
        await shop.SendAsync(HttpMethod.Post, "/api/v1/users", new RegisterUserRequest(email, Password), shop.Operator);
        var order = await shop.PlaceAsync(await shop.SignInAsync(email, Password), sku);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = shop.Http.BaseAddress };
        await SignInAsync(http, email);
        return new PageVisitor(http, order.Id,
        [
            ("/", "<html"), ($"/products/{sku}", sku), ("/orders", order.Id.ToString()),
            ($"/orders/{order.Id}", sku),
        ]);
    }

    /// <returns>What is wrong with the page; null when it is as it should be.</returns>
    public async Task<string?> LookAsync()
    {
        var (path, shows) = _pages[_next++ % _pages.Count];
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode && text.Contains(shows, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"{path}: {(int)answer.StatusCode} {text[..Math.Min(300, text.Length)]}";
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A page of one's own leads to the sign-in page, and from there back.</summary>
    private static async Task SignInAsync(HttpClient http, string email)
    {
        using var asked = await http.GetAsync(new Uri("/orders", UriKind.Relative));
        var page = await asked.Content.ReadAsStringAsync();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["email"] = email,
            ["password"] = Password,
            ["form-token"] = System.Net.WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value),
        });
        using var back = await http.PostAsync(asked.RequestMessage!.RequestUri, form);
        Assert.True(
            back.IsSuccessStatusCode && back.RequestMessage!.RequestUri!.AbsolutePath == "/orders",
            $"The sign-in ended at {back.RequestMessage!.RequestUri}: {(int)back.StatusCode}");
    }

    [GeneratedRegex("""name="form-token" value="([^"]*)""")]
    private static partial Regex FormToken();
}
