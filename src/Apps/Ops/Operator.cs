using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Tessera.PageDefaults;
using Tessera.Stories;

namespace Tessera.Ops;

/// <summary>One request of one operator: what is asked of the services is asked with that operator's
/// token.</summary>
internal sealed class Operator(IHttpContextAccessor accessor, StoreClient store, TimeProvider clock) : IAskServices
{
    public HttpContext Context { get; } = accessor.HttpContext!;

    public bool IsOperator => Context.User.HasClaim(PagesApp.RoleClaim, "operator");

    public string? Id => Context.User.FindFirstValue("sub");

    /// <summary>When the page is made: all ages on it are reckoned from then.</summary>
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public string Here => Context.Request.Path + Context.Request.QueryString;

    public Task<Answer<T>> GetAnswerAsync<T>(string path, CancellationToken stop)
        where T : class => SendAsync<T>(HttpMethod.Get, path, null, stop);

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken stop)
        where T : class
    {
        var answer = await store.SendAsync<T>(method, path, await TokenAsync(), stop, body);
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized => throw new TokenRefusedException(maySignIn: true),
            HttpStatusCode.Forbidden => throw new TokenRefusedException(maySignIn: false),
            _ => answer,
        };
    }

    public async Task<Told<T>> GetAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        var answer = await GetAnswerAsync<T>(path, stop);
        return answer.IsGood ? new Told<T>(answer.Value)
            : answer.Status == HttpStatusCode.NotFound ? new Told<T>(null)
            : new Told<T>(null, answer.Why());
    }

    private Task<string?> TokenAsync() => Context.GetTokenAsync("access_token");
}
