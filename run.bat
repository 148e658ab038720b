@echo off
rem Makes a virtual environment, installs what Tagscribe needs, and runs it with the arguments given.
rem A folder of pictures that is dropped on this file is captioned.
rem Files are named by whole paths, and the current folder stays: arguments may be relative to it.
rem Delayed expansion would take exclamation marks out of paths.
setlocal DisableDelayedExpansion
set "python=%~dp0.venv\Scripts\python.exe"
set "is_new_enough=import sys; sys.exit(sys.version_info < (3, 10))"

if not exist "%~dp0caption.py" (
    echo caption.py is not beside run.bat: unpack the whole archive into a folder, and start run.bat there.
    goto failed
)
if not exist "%python%" py -3 -c "%is_new_enough%" >nul 2>nul && py -3 -m venv "%~dp0.venv"
if not exist "%python%" python -c "%is_new_enough%" >nul 2>nul && python -m venv "%~dp0.venv"
if not exist "%python%" (
    echo Python 3.10 or newer is needed: install it from python.org, tick "Add python.exe to PATH", and start run.bat again.
    goto failed
)
"%python%" -m pip install --quiet --disable-pip-version-check -r "%~dp0requirements.txt"
if not "%errorlevel%"=="0" (
    echo The libraries could not be installed: read the message above, and check the connection to the internet.
    echo If that does not help, delete the folder .venv beside run.bat, and start run.bat again.
    goto failed
)
"%python%" "%~dp0caption.py" %*
set "code=%errorlevel%"
pause
exit /b %code%

:failed
pause
exit /b 2
