namespace Tessera.PageDefaults;

/// <summary>After a form: so that a reload of what follows sends nothing again.</summary>
public sealed class SeeOther(string path) : IResult
{
    public static SeeOther To(string path) => new(path);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
