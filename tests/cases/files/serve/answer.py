def init():
    pass


def run(request):
    return request
